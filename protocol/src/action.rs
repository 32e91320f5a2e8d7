//! The actions: the kinds of frames.

/// Declares an enum of actions and their names on the wire from one list, so that they cannot differ.
macro_rules! actions {
    ($(#[$enum_doc:meta])* $actions:ident { $($(#[$doc:meta])* $variant:ident = $name:literal,)* }) => {
        $(#[$enum_doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[repr(u8)]
        pub enum $actions {
            $($(#[$doc])* $variant,)*
        }

        impl $actions {
            /// All actions, in the order of their discriminants.
            pub const ALL: &[$actions] = &[$($actions::$variant,)*];

            /// Returns the name on the wire.
            pub const fn name(self) -> &'static str {
                match self {
                    $($actions::$variant => $name,)*
                }
            }

            /// Returns the action with this name on the wire, or `None` if the name is unknown.
            pub fn from_name(name: &str) -> Option<$actions> {
                $actions::ALL.iter().copied().find(|action| action.name() == name)
            }
        }
    };
}
pub(crate) use actions;

actions! {
    /// The kind of a frame, as its `action` field names it.
    Action {
        /// The socket opened or closed. The client itself creates this frame; no server sends it.
        ConnectionStatus = "connection_status",
        /// The server refused a request; the socket stays open.
        Error = "error",
        /// An event that a Realtime Event function on the server sends to a channel.
        Event = "event",
        /// The history of a channel, sent on request or after a join.
        History = "history",
        /// A client joins a channel; the server acknowledges with the same action.
        Join = "join",
        /// A client leaves a channel; the server acknowledges with the same action.
        Leave = "leave",
        /// A client's message to the members of a channel, or to one of them.
        Message = "message",
        /// All members of the channel, sent once to a client that joins with presence.
        PresenceFull = "presence_full",
        /// A member joined or left the channel.
        PresenceUpdate = "presence_update",
        /// Extension: the server acknowledges a message with a key whose sender receives no echo.
        Ack = "ack",
        /// Extension: a client asks whether the server is reachable.
        Ping = "ping",
        /// Extension: the server answers a ping.
        Pong = "pong",
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
    fn an_unknown_name_has_no_action() {
        assert_eq!(Action::from_name("Message"), None);
        assert_eq!(Action::from_name(""), None);
    }
}
