//! The replies of Redis, one per command, and how they are passed on.

use std::sync::Arc;
use std::time::{Duration, Instant};

use redis::{FromRedisValue, RedisError, RedisResult, Value, from_redis_value};
use tokio::sync::oneshot;

use super::failure::ends_connection;
use super::pipeline::Pipeline;
use super::scripts::outcome_of;
use crate::hub::{LogInput, LogReply, LogRequest, MessageId, Requester, Snapshot};

/// The receiver of a command's reply.
pub(super) enum Awaited {
    Appended {
        channel: Arc<str>,
        requester: Option<Requester>,
        report: Report,
    },
    Done {
        channel: Arc<str>,
        requester: Requester,
    },
    Opened {
        channel: Arc<str>,
        question: u64,
    },
    Joined {
        channel: Arc<str>,
        socket_id: String,
    },
    /// A removal that is repeated on the next connection if this one breaks.
    Gone(LogRequest),
    Nothing,
}

/// An observer of an appended entry.
pub(super) enum Report {
    /// Records the latency since this time in the metrics.
    Delay(Instant),
    /// Receives the number of members.
    Members(oneshot::Sender<Option<usize>>),
}

/// Logs refusals of Redis, once a minute because clients can cause them.
#[derive(Debug, Default)]
pub(super) struct Refusals {
    said: Option<Instant>,
    unsaid: u64,
}

impl Pipeline<'_> {
    /// Passes a reply to its receiver. If Redis refuses a command about one channel, the connection is kept.
    pub(super) fn take(&mut self, waits: Awaited, answer: RedisResult<Value>) -> RedisResult<()> {
        let taken = match waits {
            Awaited::Appended { channel, requester, report } => {
                self.take_said(&channel, requester.as_ref(), report, answer)
            }
            Awaited::Done { channel, requester } => {
                let done: RedisResult<(String, String)> = parsed(answer);
                let reply = match &done {
                    Ok((what, outcome)) if what == KNOWN => LogReply::Known(outcome_of(outcome)),
                    Ok((_, outcome)) => LogReply::Done(outcome_of(outcome)),
                    Err(_) => LogReply::Unavailable,
                };
                self.follower.handle(LogInput::Reply { channel: &channel, requester: &requester, reply });
                done.map(drop)
            }
            Awaited::Opened { channel, question } => match answer.and_then(snapshot_of) {
                Ok(Some(snapshot)) => {
                    self.follower.handle(LogInput::Snapshot { channel: &channel, question, snapshot });
                    Ok(())
                }
                refused => {
                    // If the connection is broken, the state is requested again on the next one.
                    if refused.as_ref().err().is_none_or(|error| !ends_connection(error)) {
                        self.follower.handle(LogInput::SnapshotRefused { channel: &channel, question });
                    }
                    refused.map(drop)
                }
            },
            Awaited::Joined { channel, socket_id } => {
                if answer.as_ref().is_err_and(|error| !ends_connection(error)) {
                    self.follower.handle(LogInput::JoinRefused { channel: &channel, socket_id: &socket_id });
                }
                answer.map(drop)
            }
            Awaited::Gone(request) => {
                if answer.as_ref().is_err_and(ends_connection) {
                    self.gone.push(request);
                }
                answer.map(drop)
            }
            Awaited::Nothing => answer.map(drop),
        };
        match taken {
            Err(error) if !ends_connection(&error) => {
                self.refusals.say(&error);
                Ok(())
            }
            taken => taken,
        }
    }

    fn take_said(
        &self,
        channel: &str,
        requester: Option<&Requester>,
        report: Report,
        answer: RedisResult<Value>,
    ) -> RedisResult<()> {
        let said: RedisResult<(String, String, usize)> = parsed(answer);
        let is_stale = |said: &(String, String, usize)| said.0 == STALE;
        match report {
            Report::Delay(since) => self.follower.queued_for_all(since),
            Report::Members(answer) => {
                let said = said.as_ref().ok().filter(|said| !is_stale(said));
                let _ = answer.send(said.map(|&(_, _, members)| members));
            }
        }
        if let Some(requester) = requester {
            let reply = match &said {
                Ok((what, outcome, _)) if what == KNOWN => LogReply::Known(outcome_of(outcome)),
                Ok(said) if is_stale(said) => LogReply::Unavailable,
                Ok(_) => LogReply::Appended,
                Err(_) => LogReply::Unavailable,
            };
            self.follower.handle(LogInput::Reply { channel, requester, reply });
        }
        said.map(drop)
    }
}

impl Refusals {
    fn say(&mut self, error: &RedisError) {
        self.unsaid += 1;
        if self.said.is_none_or(|said| said.elapsed() >= SAID_EVERY) {
            tracing::error!(%error, times = self.unsaid, "Redis refuses commands");
            *self = Refusals { said: Some(Instant::now()), unsaid: 0 };
        }
    }
}

fn parsed<T: FromRedisValue>(answer: RedisResult<Value>) -> RedisResult<T> {
    answer.and_then(|answer| from_redis_value(answer).map_err(RedisError::from))
}

type Entries = Vec<(String, Vec<(String, String)>)>;

/// Parses a snapshot. `None` means that newer settings than this server's have closed the channel or changed its row.
fn snapshot_of(answer: Value) -> RedisResult<Option<Snapshot>> {
    type Stands = (String, String, u64, u64, String, String, Vec<(String, String)>, Entries);
    if let Value::Array(parts) = &answer
        && parts.len() == 1
    {
        return Ok(None);
    }
    let (_, epoch, version, said, newest, hidden, members, entries): Stands = from_redis_value(answer)?;
    let entry = |(id, fields): (String, Vec<(String, String)>)| {
        let (_, entry) = fields.into_iter().next()?;
        Some((MessageId::parse(&id)?, entry.into()))
    };
    Ok(Some(Snapshot {
        epoch: epoch.into(),
        version,
        said,
        newest: MessageId::parse(&newest),
        hidden: MessageId::parse(&hidden),
        entries: entries.into_iter().filter_map(entry).collect(),
        members: members.into_iter().map(|(socket_id, member)| (socket_id, member.into())).collect(),
    }))
}

/// The reply to a message whose idempotency key is known.
const KNOWN: &str = "known";

/// The reply to a server whose settings are out of date.
const STALE: &str = "stale";

const SAID_EVERY: Duration = Duration::from_secs(60);
