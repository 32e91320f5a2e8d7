//! The requests of a hub to the shared log, and their replies.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::ConnectionId;
use crate::idempotency::Outcome;
use crate::message_id::MessageId;
use crate::replica::row::Row;

/// A request to the shared log. Requests are carried out in order.
#[derive(Debug)]
#[allow(missing_docs, reason = "a field is what its type says")]
pub enum LogRequest {
    /// Subscribe to a channel and ask for its state. The reply contains the entries from `after` on, or all entries if
    /// the epoch has changed, and repeats the number of the question.
    Open { channel: Arc<str>, after: Option<MessageId>, epoch: Box<str>, row: Arc<Row>, question: u64 },
    /// Unsubscribe from a channel.
    Close { channel: Arc<str> },
    /// Delete the history of a channel whose row was removed or replaced by a row other than this one.
    Erase { channel: Arc<str>, row: Arc<Row> },
    /// Add a local member to a channel.
    Join { channel: Arc<str>, socket_id: String, member: Box<str>, row: Arc<Row> },
    /// Remove a local member from a channel.
    Leave { channel: Arc<str>, socket_id: String },
    /// Append an entry to the log of a channel.
    Append { channel: Arc<str>, entry: Box<str>, row: Arc<Row>, requester: Option<Requester> },
    /// Send a private message to a member on another server.
    PrivateMessage { channel: Arc<str>, notice: Box<str>, requester: Requester, row: Arc<Row> },
    /// Store the outcome of a message that has no place in the log.
    Remember { channel: Arc<str>, outcome: Outcome, requester: Requester, row: Arc<Row> },
}

impl LogRequest {
    /// Returns whether a client waits for the outcome.
    pub fn is_message(&self) -> bool {
        matches!(self, LogRequest::Append { .. } | LogRequest::PrivateMessage { .. } | LogRequest::Remember { .. })
    }

    /// Returns the approximate memory that the request takes until it is done, in bytes.
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

/// The client that is waiting for a reply.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Requester {
    /// The socket that sent the message.
    pub from: ConnectionId,
    /// The idempotency key of the message.
    pub key: Option<Box<str>>,
}

/// The reply to a request that sends a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogReply {
    /// The message was appended. Its replica event confirms that.
    Appended,
    /// The message has no place in the log, and was delivered or dropped.
    Done(Outcome),
    /// The message was sent before with the same key.
    Known(Outcome),
    /// The outcome is unknown, because the shared log is unreachable.
    Unavailable,
}

/// The state of a channel in the shared log.
#[derive(Debug)]
pub struct Snapshot {
    /// The epoch of the channel. Message ids are comparable only within one epoch.
    pub epoch: Box<str>,
    /// The version of the member list.
    pub version: u64,
    /// The number of entries ever appended.
    pub said: u64,
    /// The id of the newest entry.
    pub newest: Option<MessageId>,
    /// The id of the newest entry that clients must not see. Entries up to it may be kept for servers that missed them.
    pub hidden: Option<MessageId>,
    /// The entries, oldest first. The entry that the request named comes first if it still exists and the epoch is the
    /// same.
    pub entries: Vec<(MessageId, Box<str>)>,
    /// The members, by socket id.
    pub members: Vec<(String, Box<str>)>,
}

/// The bytes of all requests that were handed to Redis and are not done. The hub reads it, and the cluster updates it.
#[derive(Clone, Debug, Default)]
pub struct Load(Arc<AtomicUsize>);

/// A share of a [`Load`], released when dropped.
#[derive(Debug)]
pub struct Held {
    load: Load,
    bytes: usize,
}

impl Load {
    /// Returns the bytes that are held.
    pub fn bytes(&self) -> usize {
        self.0.load(Ordering::Relaxed)
    }

    /// Adds bytes until the returned value is dropped.
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

/// The overhead of a request: names, the command and its place in queues. So one bound limits both bytes and number.
const REQUEST_BYTES: usize = 512;
