//! The codes of refusals, for programs.

/// Declares [`Code`] and its names on the wire from one list, so that they cannot differ.
macro_rules! codes {
    ($($(#[$doc:meta])* $variant:ident = $name:literal,)*) => {
        /// The kind of a refusal, which error frames contain as `payload.code`.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Code {
            $($(#[$doc])* $variant,)*
        }

        impl Code {
            /// All codes.
            pub const ALL: &[Code] = &[$(Code::$variant,)*];

            /// Returns the name on the wire.
            pub const fn name(self) -> &'static str {
                match self {
                    $(Code::$variant => $name,)*
                }
            }
        }
    };
}

codes! {
    /// The frame is malformed.
    BadFrame = "bad_frame",
    /// The name of the channel is invalid.
    BadChannel = "bad_channel",
    /// The client exceeds a rate limit.
    TooFast = "too_fast",
    /// The action is not one that clients send.
    UnknownAction = "unknown_action",
    /// No row of the settings applies to the channel.
    NoSettings = "no_settings",
    /// Another row of the settings now applies to the channel.
    SettingsReplaced = "settings_replaced",
    /// The channel does not admit anonymous clients.
    Anonymous = "anonymous",
    /// Only members may send to a channel and read its history.
    NotJoined = "not_joined",
    /// The settings of the channel do not allow it.
    NotAllowed = "not_allowed",
    /// The recipient is not on the channel.
    NotConnected = "not_connected",
    /// The socket is on as many channels as it may join.
    TooManyChannels = "too_many_channels",
    /// The channel's join trigger has refused the join.
    RefusedByTrigger = "refused_by_trigger",
    /// The channel's trigger gave no valid answer.
    TriggerFailed = "trigger_failed",
    /// The channel's trigger, or the server, has too much to do.
    Busy = "busy",
    /// The shared log is unreachable.
    Unavailable = "unavailable",
    /// Messages were lost that no server has any more.
    Gap = "gap",
    /// The token was refused, and the socket is anonymous.
    TokenNotAccepted = "token_not_accepted",
    /// The socket's token has expired, and the socket is closed.
    TokenExpired = "token_expired",
    /// V2: the connection is not authenticated yet, and the frame was dropped.
    NotReady = "not_ready",
    /// V2: the connection is refused, and the socket is closed.
    ConnectionRefused = "connection_refused",
    /// V2: the client sends more to the channel than the settings allow.
    RateLimited = "rate_limited",
    /// V2: the payload does not have the fields that the settings ask for.
    BadPayload = "bad_payload",
}

impl Code {
    /// Returns whether only a faulty client causes this refusal. A client that causes many is disconnected.
    pub fn is_fault(self) -> bool {
        matches!(self, Code::BadFrame | Code::BadChannel | Code::TooFast | Code::UnknownAction | Code::NotJoined)
    }
}
