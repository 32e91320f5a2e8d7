//! The frames that a server sends, as serde types.
//!
//! Payloads and clients are [`RawValue`]s: what one client sent reaches the others byte for byte, and a client that is
//! mentioned a thousand times is serialised once.

use serde::{Deserialize, Serialize, Serializer};
use serde_json::value::{RawValue, to_raw_value};
use serde_json::{Map, Value};

use crate::Action;
use crate::extensions::Extensions;

/// One frame from the server.
#[derive(Debug, Serialize)]
pub struct ServerFrame<'a> {
    /// What the frame is.
    pub action: Action,
    /// Who caused it; `None` where the server itself did.
    pub client: Option<&'a RawValue>,
    /// Which channel it belongs to.
    pub options: Options<'a>,
    /// What it says.
    pub payload: Payload<'a>,
}

impl ServerFrame<'_> {
    /// The frame as it goes over the wire.
    pub fn encode(&self) -> Box<RawValue> {
        to_raw_value(self).expect("string keys and a writer that takes everything")
    }
}

/// The `options` of a frame from the server.
#[derive(Debug, Serialize)]
#[serde(untagged, rename_all_fields = "camelCase")]
pub enum Options<'a> {
    /// About the socket as a whole: reaches every channel object of the client.
    Socket {},
    /// About one channel.
    Channel {
        /// The channel's name.
        channel: &'a str,
        /// Extension: the key of the client's message that this answers.
        #[serde(skip_serializing_if = "Option::is_none")]
        key: Option<&'a str>,
    },
    /// An event on a channel.
    Event {
        /// The channel's name.
        channel: &'a str,
        /// Extension: names the event.
        id: &'a str,
    },
    /// A message on a channel.
    Message {
        /// Whether only authenticated members receive it.
        authenticated: bool,
        /// The one socket it is for; `None` when it is for everybody.
        socket_id: Option<&'a str>,
        /// The channel's name.
        channel: &'a str,
        /// Extension: names the message; private ones have none.
        #[serde(skip_serializing_if = "Option::is_none")]
        id: Option<&'a str>,
        /// Extension: the key that its sender gave it, in the sender's own copy.
        #[serde(skip_serializing_if = "Option::is_none")]
        key: Option<&'a str>,
    },
}

impl<'a> Options<'a> {
    /// About one channel.
    pub fn channel(channel: &'a str) -> Options<'a> {
        Options::Channel { channel, key: None }
    }
}

/// The `payload` of a frame from the server.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub enum Payload<'a> {
    /// `{}`, as in the acknowledgement of a leave.
    Empty {},
    /// The acknowledgement of a join.
    Joined {
        /// What the server can do beyond Xano's.
        ext: Extensions<'a>,
    },
    /// What a client sent, untouched; `None` is `null`.
    AsSent(Option<&'a RawValue>),
    /// Kept messages, oldest first, each a whole frame. The server splices their bytes into the empty list.
    History {
        /// The place of the frames.
        history: [(); 0],
        /// Extension: whether that is all that was said since the message that a joiner named.
        #[serde(skip_serializing_if = "Option::is_none")]
        complete: Option<bool>,
    },
    /// Extension: what came of a message with a key.
    Ack {
        /// The message's id, if it has one.
        id: Option<&'a str>,
        /// Whether a trigger dropped it.
        dropped: bool,
    },
    /// Everybody who is on the channel.
    PresenceFull {
        /// One [`Client`] per socket.
        presence: Vec<&'a RawValue>,
        /// Extension: how many members the list does not name, as it has reached its bound.
        #[serde(skip_serializing_if = "is_zero")]
        more: usize,
    },
    /// Somebody came or went.
    PresenceUpdate {
        /// Which of the two.
        action: PresenceAction,
        /// The [`Client`] it is about.
        presence: &'a RawValue,
    },
    /// What a Realtime Event function sends.
    Event {
        /// What it says; `None` is `null`.
        data: Option<&'a RawValue>,
        /// 0: no auth table is named.
        dbo_id: i64,
        /// 0: no row of it.
        row_id: i64,
    },
    /// Something was refused.
    Error {
        /// What was wrong, for people.
        message: &'a str,
        /// What was wrong, for programs.
        code: &'a str,
    },
}

fn is_zero(count: &usize) -> bool {
    *count == 0
}

/// Whether somebody came or went.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PresenceAction {
    /// Came.
    Join,
    /// Went.
    Leave,
}

/// One socket, as presence lists and messages show it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Client {
    /// Names the socket, and is the address of private messages.
    #[serde(rename = "socketId")]
    pub socket_id: String,
    /// What the token says about the user; empty when anonymous.
    pub extras: Map<String, Value>,
    /// Which database row the user is.
    pub permissions: Permissions,
}

impl Client {
    /// A client without a token.
    pub fn anonymous(socket_id: impl Into<String>) -> Client {
        Client { socket_id: socket_id.into(), extras: Map::new(), permissions: Permissions::default() }
    }

    /// Whether a token says who this is.
    pub fn is_authenticated(&self) -> bool {
        self.permissions != Permissions::default()
    }

    /// The client as it stands in a frame.
    pub fn encode(&self) -> Box<RawValue> {
        to_raw_value(self).expect("string keys and a writer that takes everything")
    }
}

/// Which database row a user is. Both zero: anonymous.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Permissions {
    /// The auth table.
    pub dbo_id: i64,
    /// The row in it.
    pub row_id: i64,
}

impl Serialize for Action {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}
