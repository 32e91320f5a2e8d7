//! What a frame can be.

/// Declares [`Action`] and its wire names from one list, so that no second list can disagree with it.
macro_rules! actions {
    ($($(#[$doc:meta])* $variant:ident = $name:literal,)*) => {
        /// What a frame is, as its `action` field says.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[repr(u8)]
        pub enum Action {
            $($(#[$doc])* $variant,)*
        }

        impl Action {
            /// Every action, in the order of their discriminants.
            pub const ALL: &[Action] = &[$(Action::$variant,)*];

            /// The name on the wire.
            pub const fn name(self) -> &'static str {
                match self {
                    $(Action::$variant => $name,)*
                }
            }
        }
    };
}

actions! {
    /// The socket opened or closed. Made by the client, never sent by a server.
    ConnectionStatus = "connection_status",
    /// The server refused something; the socket stays open.
    Error = "error",
    /// Sent to a channel from the server side, by a Realtime Event function.
    Event = "event",
    /// A channel's kept messages, asked for or on arrival.
    History = "history",
    /// A client joins a channel; the server acknowledges with the same action.
    Join = "join",
    /// A client leaves a channel; the server acknowledges with the same action.
    Leave = "leave",
    /// A client's message to the members of a channel, or to one of them.
    Message = "message",
    /// Everybody who is on the channel, sent once to a joiner who asked for presence.
    PresenceFull = "presence_full",
    /// Somebody joined or left the channel.
    PresenceUpdate = "presence_update",
    /// Extension: what came of a message with a key, where no echo says it.
    Ack = "ack",
    /// Extension: a client asks whether the server is there.
    Ping = "ping",
    /// Extension: it is.
    Pong = "pong",
}

impl Action {
    /// The action of that wire name, if it is one.
    pub fn from_name(name: &str) -> Option<Action> {
        Action::ALL.iter().copied().find(|action| action.name() == name)
    }
}

#[cfg(test)]
mod tests {
    use super::Action;

    #[test]
    fn every_action_is_found_by_its_name_and_by_its_discriminant() {
        for (index, &action) in Action::ALL.iter().enumerate() {
            assert_eq!(Action::from_name(action.name()), Some(action));
            assert_eq!(action as usize, index);
        }
    }

    #[test]
    fn an_unknown_name_is_no_action() {
        assert_eq!(Action::from_name("Message"), None);
        assert_eq!(Action::from_name(""), None);
    }
}
