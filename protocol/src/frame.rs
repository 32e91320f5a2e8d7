//! The frames that a server sends, as serde types.
//!
//! Payloads and clients are [`RawValue`]s: the payload of one client reaches the others byte for byte, and a client
//! that a thousand frames mention is serialised once.

use serde::{Deserialize, Serialize, Serializer};
use serde_json::value::{RawValue, to_raw_value};
use serde_json::{Map, Value};

use crate::Action;
use crate::extensions::Extensions;

/// One frame from the server.
#[derive(Debug, Serialize)]
pub struct ServerFrame<'a> {
    /// The kind of the frame.
    pub action: Action,
    /// The client that caused the frame; `None` if the server did.
    pub client: Option<&'a RawValue>,
    /// The channel that the frame belongs to, and other properties of its delivery.
    pub options: Options<'a>,
    /// The content, which depends on the action.
    pub payload: Payload<'a>,
}

impl ServerFrame<'_> {
    /// Encodes the frame as JSON.
    pub fn encode(&self) -> Box<RawValue> {
        to_raw_value(self).expect("string keys and a writer that takes everything")
    }
}

/// The `options` of a frame from the server.
#[derive(Debug, Serialize)]
#[serde(untagged, rename_all_fields = "camelCase")]
pub enum Options<'a> {
    /// The frame is about the whole socket: every channel object of the client receives it.
    Socket {},
    /// The frame is about one channel.
    Channel {
        /// The channel's name.
        channel: &'a str,
        /// Extension: the idempotency key of the message that this frame answers.
        #[serde(skip_serializing_if = "Option::is_none")]
        key: Option<&'a str>,
    },
    /// An event on a channel.
    Event {
        /// The channel's name.
        channel: &'a str,
        /// Extension: the id of the event.
        id: &'a str,
    },
    /// A message on a channel.
    Message {
        /// Whether only authenticated members receive it.
        authenticated: bool,
        /// The recipient of a private message; `None` if the message is for every member.
        socket_id: Option<&'a str>,
        /// The channel's name.
        channel: &'a str,
        /// Extension: the id of the message; private messages have none.
        #[serde(skip_serializing_if = "Option::is_none")]
        id: Option<&'a str>,
        /// Extension: the idempotency key, only in the sender's own copy of the message.
        #[serde(skip_serializing_if = "Option::is_none")]
        key: Option<&'a str>,
    },
}

impl<'a> Options<'a> {
    /// Returns the options of a frame about one channel.
    pub fn channel(channel: &'a str) -> Options<'a> {
        Options::Channel { channel, key: None }
    }
}

/// The `payload` of a frame from the server.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub enum Payload<'a> {
    /// The empty object, as in the acknowledgement of a leave.
    Empty {},
    /// The acknowledgement of a join.
    Joined {
        /// The extensions of the server.
        ext: Extensions<'a>,
    },
    /// The payload of a client, unchanged; `None` stands for `null`.
    AsSent(Option<&'a RawValue>),
    /// The history, oldest message first, each a complete frame. The server splices the bytes of the frames into the
    /// empty list.
    History {
        /// An empty list, which marks the place for the frames.
        history: [(); 0],
        /// Extension: whether the list contains every message since the position that the joining client named.
        #[serde(skip_serializing_if = "Option::is_none")]
        complete: Option<bool>,
    },
    /// Extension: the acknowledgement of a message with an idempotency key.
    Ack {
        /// The message's id, if it has one.
        id: Option<&'a str>,
        /// Whether a trigger dropped the message.
        dropped: bool,
    },
    /// All members of the channel.
    PresenceFull {
        /// One [`Client`] per socket.
        presence: Vec<&'a RawValue>,
        /// Extension: the number of members that the list does not name, because it has reached its bound.
        #[serde(skip_serializing_if = "is_zero")]
        more: usize,
    },
    /// A member joined or left.
    PresenceUpdate {
        /// Whether the member joined or left.
        action: PresenceAction,
        /// The [`Client`] of the member.
        presence: &'a RawValue,
    },
    /// The event of a Realtime Event function.
    Event {
        /// The data of the event; `None` stands for `null`.
        data: Option<&'a RawValue>,
        /// The id of the auth table, or 0 for none.
        dbo_id: i64,
        /// The id of the row in the auth table, or 0 for none.
        row_id: i64,
    },
    /// The server refused a request of the client.
    Error {
        /// The error as a sentence, for people.
        message: &'a str,
        /// The error as a code, for programs.
        code: &'a str,
    },
}

fn is_zero(count: &usize) -> bool {
    *count == 0
}

/// The kind of a presence update.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PresenceAction {
    /// The member joined.
    Join,
    /// The member left.
    Leave,
}

/// One socket, as presence lists and messages show it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Client {
    /// The id of the socket, to which private messages are addressed.
    #[serde(rename = "socketId")]
    pub socket_id: String,
    /// The user's data in the token; empty for an anonymous client.
    pub extras: Map<String, Value>,
    /// The user's row in the database.
    pub permissions: Permissions,
}

impl Client {
    /// Returns a client without a token.
    pub fn anonymous(socket_id: impl Into<String>) -> Client {
        Client { socket_id: socket_id.into(), extras: Map::new(), permissions: Permissions::default() }
    }

    /// Returns whether a token identifies the user.
    pub fn is_authenticated(&self) -> bool {
        self.permissions != Permissions::default()
    }

    /// Encodes the client as JSON.
    pub fn encode(&self) -> Box<RawValue> {
        to_raw_value(self).expect("string keys and a writer that takes everything")
    }
}

/// A user's row in the database. Both numbers are zero for an anonymous client.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Permissions {
    /// The id of the auth table.
    pub dbo_id: i64,
    /// The id of the row in it.
    pub row_id: i64,
}

impl Serialize for Action {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}
