//! What servers ask of Redis, in order and many at once, and what becomes of the answers.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Instant;

use redis::aio::MultiplexedConnection;
use redis::{Cmd, RedisError, RedisResult, Value, from_redis_value, pipe};
use tokio::sync::{mpsc, oneshot};
use tokio_util::sync::CancellationToken;

use super::scripts::{Commands, outcome_of};
use super::session::Connections;
use super::{ANSWER_WITHIN, BATCH, Work, give_back};
use crate::exchange::Exchange;
use crate::hub::{Asker, MessageId, Outcome, Post, Reply, Snapshot};

/// Asks Redis, as long as it answers.
pub(super) struct Works<'a> {
    pub(super) queue: &'a mut mpsc::UnboundedReceiver<Work>,
    /// Members that are gone, of whom Redis could not be told.
    pub(super) gone: &'a mut Vec<Post>,
    pub(super) exchange: &'a Arc<Exchange>,
    pub(super) commands: Commands<'a>,
    pub(super) connections: Connections,
}

/// What is waited for after a command.
enum Awaited {
    Said { channel: Arc<str>, asker: Option<Asker>, report: Report },
    Done { channel: Arc<str>, asker: Asker },
    Opened { channel: Arc<str>, question: u64 },
    Left { channel: Arc<str>, socket_id: String },
    Nothing,
}

/// Who wants to know of something that was said.
enum Report {
    /// How long it took since then, for the metrics.
    Delay(Instant),
    /// How many members there are.
    Members(oneshot::Sender<Option<usize>>),
}

/// What is asked at once.
#[derive(Default)]
struct Batch {
    commands: Vec<(Cmd, Awaited)>,
    /// Whose notices are wanted afterwards, and whose are not any more.
    notices: BTreeMap<String, bool>,
}

impl Works<'_> {
    /// Until Redis fails or `over`; `Some` when everything is done and nothing more comes.
    pub(super) async fn serve(&mut self, over: &CancellationToken) -> RedisResult<Option<oneshot::Sender<()>>> {
        let mut works = Vec::new();
        loop {
            // What is taken is answered: so nothing ends this in the middle.
            match over.run_until_cancelled(self.queue.recv_many(&mut works, BATCH)).await {
                None | Some(0) => return Ok(None),
                Some(_) => {}
            }
            if let Some(done) = self.perform(works.drain(..)).await? {
                return Ok(Some(done));
            }
        }
    }

    /// Redis is told who is gone; of whom it cannot be told stays for another time.
    pub(super) async fn tell_gone(&mut self) -> RedisResult<()> {
        while !self.gone.is_empty() {
            let gone: Vec<_> = self.gone.drain(..self.gone.len().min(BATCH)).collect();
            self.perform(gone.into_iter().map(|post| Work::Post(post, Instant::now()))).await?;
        }
        Ok(())
    }

    /// Does it, in order; hands back the last word if that was among it.
    pub(super) async fn perform(
        &mut self,
        works: impl Iterator<Item = Work>,
    ) -> RedisResult<Option<oneshot::Sender<()>>> {
        let mut batch = Batch::default();
        let mut end = None;
        for work in works {
            match work {
                // Its sender has waited long enough, and what waits without end fills the memory.
                Work::Post(post, since) if post.is_message() && since.elapsed() > ANSWER_WITHIN => {
                    give_back(Work::Post(post, since), self.exchange, self.gone);
                }
                Work::Post(post, since) => self.add(post, Report::Delay(since), &mut batch),
                Work::Event(post, answer) => self.add(post, Report::Members(answer), &mut batch),
                Work::End(done) => end = Some(done),
            }
        }
        self.send(batch).await.map(|()| end)
    }

    fn add(&self, post: Post, report: Report, batch: &mut Batch) {
        let mut add = |command: Cmd, waits: Awaited| batch.commands.push((command, waits));
        let with = &self.commands;
        match post {
            Post::Say { channel, entry, keep, asker } => {
                let key = asker.as_ref().and_then(|asker| asker.key.as_deref());
                add(with.say(&channel, &entry, keep, key), Awaited::Said { channel, asker, report });
            }
            Post::Whisper { channel, notice, asker } => {
                let outcome = Outcome { id: None, is_dropped: false };
                let command = with.whisper(&channel, outcome, asker.key.as_deref(), Some(&notice));
                add(command, Awaited::Done { channel, asker });
            }
            Post::Remember { channel, outcome, asker } => {
                let command = with.whisper(&channel, outcome, asker.key.as_deref(), None);
                add(command, Awaited::Done { channel, asker });
            }
            Post::Join { channel, socket_id, member, keep } => {
                add(with.enlist(), Awaited::Nothing);
                add(with.note([&*channel]), Awaited::Nothing);
                add(with.join(&channel, &socket_id, &member, keep), Awaited::Nothing);
            }
            Post::Leave { channel, socket_id } => {
                add(with.leave(&channel, &socket_id), Awaited::Left { channel, socket_id });
            }
            Post::Open { channel, after, epoch, keep, question } => {
                add(
                    with.open(&channel, after, &epoch, keep),
                    Awaited::Opened { channel: Arc::clone(&channel), question },
                );
                batch.notices.insert(with.names.notices(&channel), true);
            }
            Post::Close { channel } => {
                add(with.forget(&channel), Awaited::Nothing);
                batch.notices.insert(with.names.notices(&channel), false);
            }
        }
    }

    /// How a channel stands is asked after its notices are heard: so none is missed.
    async fn send(&mut self, batch: Batch) -> RedisResult<()> {
        let Batch { commands, notices } = batch;
        let (wanted, unwanted): (Vec<_>, Vec<_>) = notices.into_iter().partition(|&(_, is_wanted)| is_wanted);
        let names =
            |notices: Vec<(String, bool)>| -> Vec<String> { notices.into_iter().map(|(name, _)| name).collect() };
        let (commands, awaited): (Vec<_>, Vec<_>) = commands.into_iter().unzip();
        let Connections { asking, listening } = &mut self.connections;
        let answers = async {
            if !wanted.is_empty() {
                listening.subscribe(names(wanted)).await?;
            }
            ask(commands, asking).await
        };
        let answers = answers.await;
        let mut outcome = Ok(());
        match answers {
            Ok(answers) => {
                for (waits, answer) in awaited.into_iter().zip(answers) {
                    outcome = outcome.and(self.take(waits, answer));
                }
            }
            Err(error) => {
                outcome = Err(error);
                for waits in awaited {
                    // Everybody is told; the cause is the same.
                    let _ = self.take(waits, Err(std::io::Error::from(std::io::ErrorKind::ConnectionReset).into()));
                }
            }
        }
        if outcome.is_ok() && !unwanted.is_empty() {
            outcome = self.connections.listening.unsubscribe(names(unwanted)).await;
        }
        outcome
    }

    /// Whoever waits for it is answered. A Redis that refuses something is not one to go on with.
    fn take(&mut self, waits: Awaited, answer: RedisResult<Value>) -> RedisResult<()> {
        match waits {
            Awaited::Said { channel, asker, report } => {
                let said: RedisResult<(String, String, usize)> =
                    answer.and_then(|answer| from_redis_value(answer).map_err(RedisError::from));
                match report {
                    Report::Delay(since) => self.exchange.metrics.queued_for_all(since),
                    Report::Members(answer) => {
                        let _ = answer.send(said.as_ref().ok().map(|&(_, _, members)| members));
                    }
                }
                if let Some(asker) = asker {
                    let reply = match &said {
                        Ok((what, outcome, _)) if what == KNOWN => Reply::Known(outcome_of(outcome)),
                        Ok(_) => Reply::Said,
                        Err(_) => Reply::Unavailable,
                    };
                    self.exchange.replied(&channel, &asker, reply);
                }
                said.map(drop)
            }
            Awaited::Done { channel, asker } => {
                let done: RedisResult<(String, String)> =
                    answer.and_then(|answer| from_redis_value(answer).map_err(RedisError::from));
                let reply = match &done {
                    Ok((what, outcome)) if what == KNOWN => Reply::Known(outcome_of(outcome)),
                    Ok((_, outcome)) => Reply::Done(outcome_of(outcome)),
                    Err(_) => Reply::Unavailable,
                };
                self.exchange.replied(&channel, &asker, reply);
                done.map(drop)
            }
            Awaited::Opened { channel, question } => {
                let snapshot = answer.and_then(snapshot_of)?;
                self.exchange.opened(&channel, question, snapshot);
                Ok(())
            }
            Awaited::Left { channel, socket_id } => {
                if answer.is_err() {
                    self.gone.push(Post::Leave { channel, socket_id });
                }
                answer.map(drop)
            }
            Awaited::Nothing => answer.map(drop),
        }
    }
}

async fn ask(commands: Vec<Cmd>, connection: &mut MultiplexedConnection) -> RedisResult<Vec<RedisResult<Value>>> {
    if commands.is_empty() {
        return Ok(Vec::new());
    }
    let mut pipeline = pipe();
    pipeline.ignore_errors();
    for command in commands {
        pipeline.add_command(command);
    }
    pipeline.query_async(connection).await
}

type Entries = Vec<(String, Vec<(String, String)>)>;

fn snapshot_of(answer: Value) -> RedisResult<Snapshot> {
    let (epoch, version, said, newest, members, entries): (String, u64, u64, String, Vec<(String, String)>, Entries) =
        from_redis_value(answer)?;
    let entry = |(id, fields): (String, Vec<(String, String)>)| {
        let (_, entry) = fields.into_iter().next()?;
        Some((MessageId::parse(&id)?, entry.into()))
    };
    Ok(Snapshot {
        epoch: epoch.into(),
        version,
        said,
        newest: MessageId::parse(&newest),
        entries: entries.into_iter().filter_map(entry).collect(),
        members: members.into_iter().map(|(socket_id, member)| (socket_id, member.into())).collect(),
    })
}

/// What Redis says of a message with a key that it has seen before.
const KNOWN: &str = "known";
