//! One connection to Redis, as long as it lasts.

use std::sync::Arc;
use std::time::{Duration, Instant};

use redis::aio::MultiplexedConnection;
use redis::{
    AsyncConnectionConfig, Client, Cmd, PushInfo, PushKind, RedisError, RedisResult, Value, cmd, from_redis_value, pipe,
};
use tokio::select;
use tokio::sync::{mpsc, oneshot};

use super::keys::ChannelKeys;
use super::lease::Lease;
use super::scripts::{Commands, outcome_of};
use super::{Link, Work, workspace};
use crate::exchange::Exchange;
use crate::hub::{Asker, MessageId, Outcome, Post, Reply, Snapshot};
use crate::random_name::random_name;

/// One connection to Redis, as long as it lasts.
pub(super) struct Session<'a> {
    link: &'a mut Link,
    exchange: &'a Arc<Exchange>,
    connection: MultiplexedConnection,
    pushes: mpsc::UnboundedReceiver<PushInfo>,
    epoch: String,
}

/// What is waited for after a command.
enum Awaited {
    Said { channel: Arc<str>, asker: Option<Asker>, report: Report },
    Done { channel: Arc<str>, asker: Asker },
    Opened(Arc<str>),
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

pub(super) async fn connect(
    client: &Client,
    pushes: Option<mpsc::UnboundedSender<PushInfo>>,
) -> RedisResult<MultiplexedConnection> {
    let mut config = AsyncConnectionConfig::new()
        .set_connection_timeout(Some(ANSWER_WITHIN))
        .set_response_timeout(Some(ANSWER_WITHIN));
    if let Some(pushes) = pushes {
        config = config.set_push_sender(pushes);
    }
    client.get_multiplexed_async_connection_with_config(&config).await
}

impl<'a> Session<'a> {
    /// Connects, and asks how every channel stands that somebody here is on.
    pub(super) async fn begin(link: &'a mut Link, exchange: &'a Arc<Exchange>) -> RedisResult<Session<'a>> {
        let (sender, pushes) = mpsc::unbounded_channel();
        let mut connection = connect(&link.client, Some(sender)).await?;
        let mut pipeline = pipe();
        for command in link.scripts.load() {
            pipeline.add_command(command);
        }
        let _: Value = pipeline.query_async(&mut connection).await?;
        connection.subscribe(link.names.settings_notices()).await?;
        link.set(Some(connection.clone()));
        let epoch = random_name().map_err(std::io::Error::from)?;
        let gone = std::mem::take(&mut link.gone);
        let mut session = Session { link, exchange, connection, pushes, epoch };
        session.perform(gone.into_iter().map(|post| Work::Post(post, Instant::now())).collect()).await?;
        session.exchange.doubt();
        session.adopt_settings().await?;
        Ok(session)
    }

    /// `Ok` when everything is done and nothing more comes.
    pub(super) async fn serve(mut self) -> RedisResult<()> {
        let mut lease = Lease::new(&self.link.node);
        let mut batch = Vec::new();
        loop {
            select! {
                biased;
                push = self.pushes.recv() => match push {
                    Some(push) => self.hear(push).await?,
                    None => return Err(disconnected()),
                },
                count = self.link.works.recv_many(&mut batch, BATCH) => {
                    if count == 0 {
                        return Ok(());
                    }
                    if let Some(done) = self.perform(std::mem::take(&mut batch)).await? {
                        lease.give_back(&mut self.connection).await?;
                        let _ = done.send(());
                        return Ok(());
                    }
                },
                () = lease.due() => self.renew(&mut lease).await?,
            }
        }
    }

    async fn hear(&mut self, push: PushInfo) -> RedisResult<()> {
        match push.kind {
            PushKind::Disconnection => return Err(disconnected()),
            PushKind::Message => {}
            _ => return Ok(()),
        }
        let (to, notice): (String, String) = from_redis_value(Value::Array(push.data))?;
        match to.strip_prefix(&self.link.names.notices_prefix()) {
            Some(channel) => self.exchange.hear(channel, &notice),
            None => self.adopt_settings().await?,
        }
        Ok(())
    }

    /// The settings that are shared come into force here too.
    async fn adopt_settings(&mut self) -> RedisResult<()> {
        if let Some(settings) = workspace::settings(&mut self.connection).await? {
            self.exchange.apply(settings);
        }
        Ok(())
    }

    async fn renew(&mut self, lease: &mut Lease) -> RedisResult<()> {
        let renewal = lease.renew(&mut self.connection).await?;
        if renewal.was_lost {
            tracing::warn!("this server was taken for dead; it says again who is here");
            self.exchange.doubt();
        }
        for node in renewal.dead {
            tracing::warn!(node, "clears up after a server that is gone");
            self.clear(&node).await?;
        }
        if renewal.is_time_to_touch {
            let channels = self.exchange.shared_channels();
            for channels in channels.chunks(BATCH) {
                let mut pipeline = pipe();
                for command in channels.iter().flat_map(|(channel, keep)| Commands::touch(channel, *keep)) {
                    pipeline.add_command(command).ignore();
                }
                let () = pipeline.query_async(&mut self.connection).await?;
            }
        }
        Ok(())
    }

    /// Takes the members of a dead server off their channels.
    async fn clear(&mut self, node: &str) -> RedisResult<()> {
        let channels: Vec<String> =
            cmd("SMEMBERS").arg(super::keys::channels_of(node)).query_async(&mut self.connection).await?;
        for channel in channels {
            let key = ChannelKeys::of(&channel).members();
            let members: Vec<(String, String)> = cmd("HGETALL").arg(key).query_async(&mut self.connection).await?;
            let mut pipeline = pipe();
            for (socket_id, _) in members.iter().filter(|(_, member)| crate::hub::is_of_node(member, node)) {
                pipeline.add_command(self.commands().leave(&channel, socket_id)).ignore();
            }
            let () = pipeline.query_async(&mut self.connection).await?;
        }
        super::lease::forget(&mut self.connection, node).await
    }

    /// Does it, in order; hands back the last word if that was among it. What could not be done is given back.
    async fn perform(&mut self, works: Vec<Work>) -> RedisResult<Option<oneshot::Sender<()>>> {
        let mut works = works.into_iter();
        let mut end = None;
        let mut batch = Vec::new();
        let mut outcome = Ok(());
        for work in works.by_ref() {
            let prepared = match work {
                Work::Post(post, since) => self.prepare(post, Report::Delay(since), &mut batch).await,
                Work::Event(post, answer) => self.prepare(post, Report::Members(answer), &mut batch).await,
                Work::End(done) => {
                    end = Some(done);
                    Ok(())
                }
            };
            if prepared.is_err() {
                outcome = prepared;
                break;
            }
        }
        if outcome.is_ok() {
            outcome = self.send(&mut batch).await;
        }
        for work in works {
            self.link.give_back(work, self.exchange);
        }
        outcome.map(|()| end)
    }

    async fn prepare(&mut self, post: Post, report: Report, batch: &mut Vec<(Cmd, Awaited)>) -> RedisResult<()> {
        let mut add = |command: Cmd, waits: Awaited| batch.push((command, waits));
        let with = self.commands();
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
                for command in with.join(&channel, &socket_id, &member, keep) {
                    add(command, Awaited::Nothing);
                }
            }
            Post::Leave { channel, socket_id } => {
                add(with.leave(&channel, &socket_id), Awaited::Left { channel, socket_id });
            }
            Post::Open { channel, after, keep } => {
                let (notices, command) = (with.names.notices(&channel), with.open(&channel, after, keep));
                // What came before it goes first.
                self.send(batch).await?;
                self.connection.subscribe(notices).await?;
                batch.push((command, Awaited::Opened(channel)));
            }
            Post::Close { channel } => {
                let notices = with.names.notices(&channel);
                self.send(batch).await?;
                self.connection.unsubscribe(notices).await?;
            }
        }
        Ok(())
    }

    async fn send(&mut self, batch: &mut Vec<(Cmd, Awaited)>) -> RedisResult<()> {
        if batch.is_empty() {
            return Ok(());
        }
        let (commands, awaited): (Vec<_>, Vec<_>) = batch.drain(..).unzip();
        let mut pipeline = pipe();
        pipeline.ignore_errors();
        for command in commands {
            pipeline.add_command(command);
        }
        let answers: RedisResult<Vec<RedisResult<Value>>> = pipeline.query_async(&mut self.connection).await;
        match answers {
            Ok(answers) => {
                for (waits, answer) in awaited.into_iter().zip(answers) {
                    self.take(waits, answer);
                }
                Ok(())
            }
            Err(error) => {
                for waits in awaited {
                    self.take(waits, Err(disconnected()));
                }
                Err(error)
            }
        }
    }

    fn take(&mut self, waits: Awaited, answer: RedisResult<Value>) {
        if let Err(error) = &answer {
            tracing::error!(%error, "Redis did not do what it was asked");
        }
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
                    let reply = match said {
                        Ok((what, outcome, _)) if what == KNOWN => Reply::Known(outcome_of(&outcome)),
                        Ok(_) => Reply::Said,
                        Err(_) => Reply::Unavailable,
                    };
                    self.exchange.replied(&channel, &asker, reply);
                }
            }
            Awaited::Done { channel, asker } => {
                let done: RedisResult<(String, String)> =
                    answer.and_then(|answer| from_redis_value(answer).map_err(RedisError::from));
                let reply = match done {
                    Ok((what, outcome)) if what == KNOWN => Reply::Known(outcome_of(&outcome)),
                    Ok((_, outcome)) => Reply::Done(outcome_of(&outcome)),
                    Err(_) => Reply::Unavailable,
                };
                self.exchange.replied(&channel, &asker, reply);
            }
            Awaited::Opened(channel) => {
                if let Ok(snapshot) = answer.and_then(snapshot_of) {
                    self.exchange.opened(&channel, snapshot);
                }
            }
            Awaited::Left { channel, socket_id } => {
                if answer.is_err() {
                    self.link.gone.push(Post::Leave { channel, socket_id });
                }
            }
            Awaited::Nothing => {}
        }
    }

    fn commands(&self) -> Commands<'_> {
        Commands { scripts: &self.link.scripts, names: &self.link.names, node: &self.link.node, epoch: &self.epoch }
    }
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

fn disconnected() -> RedisError {
    std::io::Error::from(std::io::ErrorKind::ConnectionReset).into()
}

/// A Redis that takes longer than this is taken for gone.
const ANSWER_WITHIN: Duration = Duration::from_secs(5);

/// How much is asked at once at most.
const BATCH: usize = 256;

/// What Redis says of a message with a key that it has seen before.
const KNOWN: &str = "known";
