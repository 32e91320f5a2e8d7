//! What a hub asks of Redis, and how it is answered.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::ConnectionId;
use crate::idempotency::Outcome;
use crate::message_id::MessageId;
use crate::replica::row::Row;

/// What a hub asks of what all servers share, in this order.
#[derive(Debug)]
#[allow(missing_docs, reason = "a field is what its type says")]
pub enum LogRequest {
    /// Tell from now on what happens on the channel, and how it stands: what was said from that message of that epoch on,
    /// or all that is kept where it is another one by now. The answer is to say which question it belongs to.
    Open { channel: Arc<str>, after: Option<MessageId>, epoch: Box<str>, row: Arc<Row>, question: u64 },
    /// This server no longer follows the channel.
    Close { channel: Arc<str> },
    /// Delete the history of a channel that has no row any more, or another one than this.
    Erase { channel: Arc<str>, row: Arc<Row> },
    /// Somebody here is on it.
    Join { channel: Arc<str>, socket_id: String, member: Box<str>, row: Arc<Row> },
    /// And not any more.
    Leave { channel: Arc<str>, socket_id: String },
    /// To take its place in the order of the channel.
    Append { channel: Arc<str>, entry: Box<str>, row: Arc<Row>, requester: Option<Requester> },
    /// For one who is connected elsewhere.
    PrivateMessage { channel: Arc<str>, notice: Box<str>, requester: Requester, row: Arc<Row> },
    /// What came of a message that takes no place.
    Remember { channel: Arc<str>, outcome: Outcome, requester: Requester, row: Arc<Row> },
}

impl LogRequest {
    /// Whether somebody waits for what comes of it.
    pub fn is_message(&self) -> bool {
        matches!(self, LogRequest::Append { .. } | LogRequest::PrivateMessage { .. } | LogRequest::Remember { .. })
    }

    /// About how many bytes of memory it takes until it is done.
    pub fn bytes(&self) -> usize {
        let content = match self {
            LogRequest::Append { entry, .. } => entry.len(),
            LogRequest::PrivateMessage { notice, .. } => notice.len(),
            LogRequest::Join { member, .. } => member.len(),
            LogRequest::Open { .. }
            | LogRequest::Close { .. }
            | LogRequest::Erase { .. }
            | LogRequest::Leave { .. }
            | LogRequest::Remember { .. } => 0,
        };
        content + REQUEST_BYTES
    }
}

/// Whose message it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Requester {
    /// The socket that sent it.
    pub from: ConnectionId,
    /// The key under which it was sent.
    pub key: Option<Box<str>>,
}

/// What came of a request of somebody's message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogReply {
    /// It was said; that it was comes as a notice.
    Appended,
    /// It takes no place, and was done.
    Done(Outcome),
    /// It was sent before.
    Known(Outcome),
    /// Whether it was done is not known: what is shared cannot be reached.
    Unavailable,
}

/// How a channel stands.
#[derive(Debug)]
pub struct Snapshot {
    /// Ids are comparable within one.
    pub epoch: Box<str>,
    /// Of its members.
    pub version: u64,
    /// How much was ever said.
    pub said: u64,
    /// The newest id on the channel.
    pub newest: Option<MessageId>,
    /// Messages up to this one are not part of the history, though some may be kept for servers that missed them.
    pub hidden: Option<MessageId>,
    /// Oldest first; the one that was asked after comes first if it is still kept and the epoch is the same.
    pub entries: Vec<(MessageId, Box<str>)>,
    /// By socket id.
    pub members: Vec<(String, Box<str>)>,
}

/// The bytes of all requests that were handed to Redis and are not done. The hub reads the number, the side that talks to
/// Redis changes it.
#[derive(Clone, Debug, Default)]
pub struct Load(Arc<AtomicUsize>);

/// A share of a [`Load`], until it is dropped.
#[derive(Debug)]
pub struct Held {
    load: Load,
    bytes: usize,
}

impl Load {
    /// How many bytes are held.
    pub fn bytes(&self) -> usize {
        self.0.load(Ordering::Relaxed)
    }

    /// Adds so many bytes.
    pub fn hold(&self, bytes: usize) -> Held {
        self.0.fetch_add(bytes, Ordering::Relaxed);
        Held { load: self.clone(), bytes }
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        self.load.0.fetch_sub(self.bytes, Ordering::Relaxed);
    }
}

/// Names, the command and its place in queues: so a bound in bytes is a bound in number too.
const REQUEST_BYTES: usize = 512;
