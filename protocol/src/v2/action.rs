//! The actions of V2: the kinds of frames.

use crate::action::actions;

actions! {
    /// The kind of a frame of V2, as its `action` field names it.
    Action {
        /// A client joins a channel; the service acknowledges with the same action.
        Join = "join",
        /// A client leaves a channel; the service acknowledges with the same action.
        Leave = "leave",
        /// A client sends to a channel or to a user; the service sends the receipt with the same action.
        Broadcast = "broadcast",
        /// A client has handled a message; the service confirms with the same action.
        Ack = "ack",
        /// A client asks for the members of a channel.
        Presence = "presence",
        /// A client asks whether the service is ready and reachable.
        Ping = "ping",
        /// The service answers a ping.
        Pong = "pong",
        /// A message on a channel.
        Message = "message",
        /// A message that the client has not acknowledged, sent again after a join.
        Replay = "replay",
        /// All members of the channel.
        PresenceFull = "presence_full",
        /// An identity joined the channel.
        PresenceJoin = "presence_join",
        /// The last socket of an identity left the channel.
        PresenceLeave = "presence_leave",
        /// The transcript of the channel begins.
        ConversationStart = "conversation_start",
        /// The transcript of the channel is complete.
        ConversationEnd = "conversation_end",
        /// The service refused a frame, or the whole connection.
        Error = "error",
    }
}

impl Action {
    /// Returns whether a client sends frames of this action. The service answers every other action with an error.
    pub const fn is_sent_by_clients(self) -> bool {
        matches!(self, Self::Join | Self::Leave | Self::Broadcast | Self::Ack | Self::Presence | Self::Ping)
    }

    /// Returns whether the service sends frames of this action.
    pub const fn is_sent_by_the_service(self) -> bool {
        !matches!(self, Self::Presence | Self::Ping)
    }
}
