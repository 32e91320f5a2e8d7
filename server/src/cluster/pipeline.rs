//! The pipeline to Redis: it sends requests in order and in batches, and passes the replies on.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Instant;

use redis::aio::MultiplexedConnection;
use redis::{Cmd, RedisResult, Value, pipe};
use tokio::sync::{mpsc, oneshot};
use tokio_util::sync::CancellationToken;

use super::Follower;
use super::answers::{Awaited, Refusals, Report};
use super::link::give_back;
use super::scripts::Commands;
use super::session::Connections;
use super::{ANSWER_WITHIN, BATCH, Work};
use crate::hub::{Held, Load, LogRequest, Outcome};

/// The pipeline to Redis, which serves until Redis fails.
pub(super) struct Pipeline<'a> {
    queue: &'a mut mpsc::UnboundedReceiver<Work>,
    /// Removed members and histories that Redis has not acknowledged yet.
    pub(super) gone: &'a mut Vec<LogRequest>,
    pub(super) follower: &'a Arc<dyn Follower>,
    commands: Commands<'a>,
    connections: Connections,
    load: &'a Load,
    pub(super) refusals: Refusals,
}

/// The commands of one round trip.
#[derive(Default)]
struct Batch {
    commands: Vec<(Cmd, Awaited)>,
    /// The notification channels to subscribe to (`true`) or to unsubscribe from (`false`).
    notices: BTreeMap<String, bool>,
    /// The bytes of the requests count as waiting until they are answered.
    held: Vec<Held>,
}

impl<'a> Pipeline<'a> {
    pub(super) fn new(
        queue: &'a mut mpsc::UnboundedReceiver<Work>,
        gone: &'a mut Vec<LogRequest>,
        follower: &'a Arc<dyn Follower>,
        commands: Commands<'a>,
        connections: Connections,
        load: &'a Load,
    ) -> Pipeline<'a> {
        Pipeline { queue, gone, follower, commands, connections, load, refusals: Refusals::default() }
    }

    /// Serves until Redis fails or `over` is cancelled. Returns `Some` when all requests are done and the queue has
    /// ended.
    pub(super) async fn serve(&mut self, over: &CancellationToken) -> RedisResult<Option<oneshot::Sender<()>>> {
        let mut works = Vec::new();
        loop {
            // Only waiting for requests can be cancelled: a request that was taken is always answered.
            match over.run_until_cancelled(self.queue.recv_many(&mut works, BATCH)).await {
                None | Some(0) => return Ok(None),
                Some(_) => {}
            }
            if let Some(done) = self.perform(works.drain(..)).await? {
                return Ok(Some(done));
            }
        }
    }

    /// Repeats removals that Redis has not acknowledged. A removal that fails again is kept.
    pub(super) async fn tell_gone(&mut self) -> RedisResult<()> {
        while !self.gone.is_empty() {
            let gone: Vec<_> = self.gone.drain(..self.gone.len().min(BATCH)).collect();
            let load = self.load;
            let works = gone.into_iter().map(|request| (load.hold(request.bytes()), request));
            self.perform(works.map(|(held, request)| Work::Request(request, Instant::now(), held))).await?;
        }
        Ok(())
    }

    /// Carries out requests in order. Returns the sender of the end, if that was among them.
    pub(super) async fn perform(
        &mut self,
        works: impl Iterator<Item = Work>,
    ) -> RedisResult<Option<oneshot::Sender<()>>> {
        let mut batch = Batch::default();
        let mut end = None;
        for work in works {
            match work {
                // The requester has waited long enough, and requests that wait without a limit would fill the memory.
                Work::Request(request, since, held) if request.is_message() && since.elapsed() > ANSWER_WITHIN => {
                    give_back(Work::Request(request, since, held), self.follower, self.gone);
                }
                Work::Request(request, since, held) => {
                    batch.held.push(held);
                    self.add(request, Report::Delay(since), &mut batch);
                }
                Work::Event(request, answer, held) => {
                    batch.held.push(held);
                    self.add(request, Report::Members(answer), &mut batch);
                }
                Work::End(done) => end = Some(done),
            }
        }
        self.send(batch).await.map(|()| end)
    }

    fn add(&self, request: LogRequest, report: Report, batch: &mut Batch) {
        let mut add = |command: Cmd, waits: Awaited| batch.commands.push((command, waits));
        let with = &self.commands;
        match request {
            LogRequest::Append { channel, entry, row, requester } => {
                let key = requester.as_ref().and_then(|requester| requester.key.as_deref());
                add(with.say(&channel, &entry, &row, key), Awaited::Appended { channel, requester, report });
            }
            LogRequest::PrivateMessage { channel, notice, requester, row } => {
                let outcome = Outcome { id: None, is_dropped: false };
                let command = with.private_message(&channel, &row, outcome, requester.key.as_deref(), Some(&notice));
                add(command, Awaited::Done { channel, requester });
            }
            LogRequest::Remember { channel, outcome, requester, row } => {
                let command = with.private_message(&channel, &row, outcome, requester.key.as_deref(), None);
                add(command, Awaited::Done { channel, requester });
            }
            LogRequest::Join { channel, socket_id, member, row } => {
                add(with.enlist(), Awaited::Nothing);
                add(with.note([&*channel]), Awaited::Nothing);
                add(with.join(&channel, &socket_id, &member, &row), Awaited::Joined { channel, socket_id });
            }
            LogRequest::Leave { ref channel, ref socket_id } => {
                add(with.leave(channel, socket_id), Awaited::Gone(request))
            }
            LogRequest::Erase { ref channel, ref row } => add(with.erase(channel, row), Awaited::Gone(request)),
            LogRequest::Open { channel, after, epoch, row, question } => {
                add(
                    with.open(&channel, after, &epoch, &row),
                    Awaited::Opened { channel: Arc::clone(&channel), question },
                );
                batch.notices.insert(with.names.notices(&channel), true);
            }
            LogRequest::Close { channel } => {
                add(with.forget(&channel), Awaited::Nothing);
                batch.notices.insert(with.names.notices(&channel), false);
            }
        }
    }

    /// Subscribe before asking for the state of a channel, so that no replica event is missed in between.
    async fn send(&mut self, batch: Batch) -> RedisResult<()> {
        let Batch { commands, notices, held } = batch;
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
                    // All requesters get the same error, because the cause is the same.
                    let _ = self.take(waits, Err(std::io::Error::from(std::io::ErrorKind::ConnectionReset).into()));
                }
            }
        }
        drop(held);
        if outcome.is_ok() && !unwanted.is_empty() {
            outcome = self.connections.listening.unsubscribe(names(unwanted)).await;
        }
        outcome
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
