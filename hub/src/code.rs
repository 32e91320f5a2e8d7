//! The codes of refusals, for programs.

/// Declares [`Code`] and its wire names from one list, so that no second list can disagree with it.
macro_rules! codes {
    ($($(#[$doc:meta])* $variant:ident = $name:literal,)*) => {
        /// What kind of thing was refused, as `payload.code` of an error frame says.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Code {
            $($(#[$doc])* $variant,)*
        }

        impl Code {
            /// Every code.
            pub const ALL: &[Code] = &[$(Code::$variant,)*];

            /// The name on the wire.
            pub const fn name(self) -> &'static str {
                match self {
                    $(Code::$variant => $name,)*
                }
            }
        }
    };
}

codes! {
    /// The frame cannot be understood.
    BadFrame = "bad_frame",
    /// Nothing that a channel may be called.
    BadChannel = "bad_channel",
    /// Too many frames of late.
    TooFast = "too_fast",
    /// Not one of the actions that clients send.
    UnknownAction = "unknown_action",
    /// Nothing covers the channel.
    NoSettings = "no_settings",
    /// Other settings cover the channel now.
    SettingsReplaced = "settings_replaced",
    /// The channel wants to know who joins.
    Anonymous = "anonymous",
    /// Only members send and read.
    NotJoined = "not_joined",
    /// The channel's settings say no.
    NotAllowed = "not_allowed",
    /// Nobody of that socket id is on the channel.
    NotConnected = "not_connected",
    /// As many channels as a socket may have.
    TooManyChannels = "too_many_channels",
    /// The channel's join trigger said no.
    RefusedByTrigger = "refused_by_trigger",
    /// The channel's trigger gave no answer that counts.
    TriggerFailed = "trigger_failed",
    /// The channel's trigger, or the server, has as much to do as it may.
    Busy = "busy",
    /// What the servers share cannot be reached.
    Unavailable = "unavailable",
    /// Something was said that nobody has any more.
    Gap = "gap",
    /// The socket goes on as anonymous.
    TokenNotAccepted = "token_not_accepted",
    /// The socket's token has expired; the socket is closed.
    TokenExpired = "token_expired",
}

impl Code {
    /// Whether a client that does as it should never causes it. Who causes many is shown out.
    pub fn is_fault(self) -> bool {
        matches!(self, Code::BadFrame | Code::BadChannel | Code::TooFast | Code::UnknownAction | Code::NotJoined)
    }
}
