//! The session with Redis: all work that is done while the connections last.

use std::collections::HashSet;
use std::sync::Arc;

use redis::aio::MultiplexedConnection;
use redis::{
    AsyncConnectionConfig, Client, Cmd, PushInfo, PushKind, RedisError, RedisResult, Value, cmd, from_redis_value, pipe,
};
use tokio_util::sync::CancellationToken;

use super::Follower;
use super::failure::{Failure, ends_connection};
use super::lease::{self, Lease};
use super::link::Link;
use super::pipeline::Pipeline;
use super::redis_keys::{ChannelKeys, Names, channels_of};
use super::scripts::Commands;
use super::unread::{Unread, unread};
use super::workspace::Following;
use super::{ANSWER_WITHIN, BATCH, disconnect, server_info, workspace};
use crate::hub::{LogInput, is_of_node};
use crate::settings::Secret;

/// The two connections of a session. Replica events have a connection of their own, because Redis closes one with too
/// many unread pushes, and replies can be long.
#[derive(Clone, Debug)]
pub(super) struct Connections {
    pub(super) asking: MultiplexedConnection,
    /// Only pushes arrive on this connection.
    pub(super) listening: MultiplexedConnection,
}

/// Connects to Redis, checks its version, loads the scripts, and subscribes to the notifications that concern no
/// channel.
pub(super) async fn connect(
    client: Client,
    scripts: [Cmd; 6],
    notices: [String; 2],
) -> Result<(Connections, Unread), Failure> {
    let config = AsyncConnectionConfig::new()
        .set_connection_timeout(Some(ANSWER_WITHIN))
        .set_response_timeout(Some(ANSWER_WITHIN));
    let (send, unread) = unread();
    let mut asking = client.get_multiplexed_async_connection_with_config(&config).await?;
    server_info::check(&mut asking).await?;
    let mut pipeline = pipe();
    for command in scripts {
        pipeline.add_command(command);
    }
    let _: Value = pipeline.query_async(&mut asking).await?;
    let config = config.set_push_sender(send);
    let mut listening = client.get_multiplexed_async_connection_with_config(&config).await?;
    listening.subscribe(notices.as_slice()).await?;
    Ok((Connections { asking, listening }, unread))
}

/// Serves as long as the connections last. Returns `Ok` when all requests are done and the queue has ended.
pub(super) async fn serve(
    link: &mut Link,
    follower: &Arc<dyn Follower>,
    connections: Connections,
    unread: Unread,
) -> Result<(), Failure> {
    let Link { names, node, epochs, scripts, bounds, works, gone, secret, load, following, .. } = link;
    let commands = Commands { scripts, names, node, epochs, bounds: *bounds };
    let connection = connections.asking.clone();
    let secret = secret.as_ref();
    let mut keeper = Keeper { follower, commands, following, secret, connections: connections.clone() };
    let mut listener = Listener { follower, names, following, connection: connection.clone(), unread };
    let mut works = Pipeline::new(works, gone, follower, commands, connections, load);

    works.tell_gone().await?;
    // Earlier state may be stale, so the state of every channel with local members is requested.
    follower.handle(LogInput::Stale);
    keeper.agree().await?;
    let over = CancellationToken::new();
    let (done, heard, kept) = tokio::join!(
        async {
            let done = works.serve(&over).await;
            over.cancel();
            done
        },
        async {
            let heard = over.run_until_cancelled(listener.listen()).await;
            over.cancel();
            heard.unwrap_or(Ok(()))
        },
        async {
            let kept = over.run_until_cancelled(keeper.keep_alive()).await;
            over.cancel();
            kept.unwrap_or(Ok(()))
        },
    );
    heard?;
    kept?;
    if let Some(done) = done? {
        lease::forget(&mut connection.clone(), node).await?;
        let _ = done.send(());
    }
    Ok(())
}

/// Receives the replica events and notifications of all servers.
struct Listener<'a> {
    follower: &'a Arc<dyn Follower>,
    names: &'a Names,
    following: &'a Following,
    connection: MultiplexedConnection,
    unread: Unread,
}

impl Listener<'_> {
    async fn listen(&mut self) -> Result<(), Failure> {
        // The outboxes are flushed when no unread replica event is left, so that many of them need few writes.
        let mut heard = 0;
        loop {
            if self.unread.is_empty() || heard == NOTICES_PER_WRITE {
                self.follower.flush();
                heard = 0;
            }
            let push = self.unread.next().await;
            heard += 1;
            match push.kind {
                PushKind::Disconnection => break,
                PushKind::Message => self.hear(push).await?,
                _ => {}
            }
            if self.unread.is_overrun() {
                return Err(Failure::Overrun);
            }
        }
        Err(RedisError::from(std::io::Error::from(std::io::ErrorKind::ConnectionReset)).into())
    }

    async fn hear(&mut self, push: PushInfo) -> RedisResult<()> {
        let (to, notice): (String, String) = from_redis_value(Value::Array(push.data)).map_err(RedisError::from)?;
        match to.strip_prefix(&self.names.notices_prefix()) {
            Some(channel) => self.follower.notice(channel, &notice),
            None if to == self.names.disconnect_notices() => disconnect::hear(&notice, &**self.follower),
            None => self.following.adopt(&mut self.connection, &**self.follower).await?,
        }
        Ok(())
    }
}

/// Renews the lease of this server, removes the members of dead servers, and extends the expiry of keys in use.
struct Keeper<'a> {
    follower: &'a Arc<dyn Follower>,
    commands: Commands<'a>,
    following: &'a Following,
    secret: Option<&'a Secret>,
    connections: Connections,
}

impl Keeper<'_> {
    /// Restores shared data that Redis has lost.
    async fn agree(&mut self) -> RedisResult<()> {
        let Keeper { follower, following, secret, .. } = self;
        let notices = self.commands.names.settings_notices();
        workspace::agree(&mut self.connections.asking, &***follower, following, *secret, &notices).await
    }

    async fn keep_alive(&mut self) -> RedisResult<()> {
        self.tidy().await?;
        let mut lease = Lease::new(self.commands.node);
        loop {
            lease.due().await;
            self.follower.advance();
            let renewal = lease.renew(&mut self.connections.asking).await?;
            // This connection has no other commands, so a ping must detect that it is broken.
            let () = cmd("PING").exec_async(&mut self.connections.listening).await?;
            if renewal.was_lost {
                tracing::warn!("other servers declared this server dead; it announces its members again");
                self.agree().await?;
                self.follower.handle(LogInput::Stale);
            }
            for node in renewal.dead {
                tracing::warn!(node, "removing the members of a dead server");
                let channels = self.channels_of(&node).await?;
                self.clear(&node, &channels).await?;
                lease::forget(&mut self.connections.asking, &node).await?;
            }
            if renewal.is_time_to_touch {
                self.touch().await?;
            }
        }
    }

    async fn touch(&mut self) -> RedisResult<()> {
        for channels in self.follower.channels().chunks(BATCH) {
            let mut pipeline = pipe();
            // Other servers may have removed this entry after declaring this server dead.
            pipeline.add_command(self.commands.note(channels.iter().map(|(channel, _)| &**channel)));
            for command in channels.iter().flat_map(|(channel, history)| self.commands.touch(channel, *history)) {
                pipeline.add_command(command);
            }
            // A full Redis refuses the first command and carries out the others.
            pipeline.ignore_errors();
            let done: Vec<RedisResult<Value>> = pipeline.query_async(&mut self.connections.asking).await?;
            if let Some(error) = done.into_iter().filter_map(Result::err).find(ends_connection) {
                return Err(error);
            }
        }
        Ok(())
    }

    /// Removes members of this server that Redis still lists but that have left: Redis may have fallen back to an
    /// earlier state, or may have carried out a command late. On channels with local members, the hub does this.
    async fn tidy(&mut self) -> RedisResult<()> {
        let node = self.commands.node;
        let mut channels = self.channels_of(node).await?;
        let here: HashSet<_> = self.follower.channels().into_iter().map(|(channel, _)| channel).collect();
        channels.retain(|channel| !here.contains(&**channel));
        self.clear(node, &channels).await
    }

    async fn channels_of(&mut self, node: &str) -> RedisResult<Vec<String>> {
        cmd("SMEMBERS").arg(channels_of(node)).query_async(&mut self.connections.asking).await
    }

    /// Removes all members of a server from these channels.
    async fn clear(&mut self, node: &str, channels: &[String]) -> RedisResult<()> {
        let connection = &mut self.connections.asking;
        for channels in channels.chunks(BATCH) {
            let mut pipeline = pipe();
            for channel in channels {
                pipeline.cmd("HGETALL").arg(ChannelKeys::of(channel).members());
            }
            let members: Vec<Vec<(String, String)>> = pipeline.query_async(connection).await?;
            let mut pipeline = pipe();
            for (channel, members) in channels.iter().zip(members) {
                for (socket_id, _) in members.iter().filter(|(_, member)| is_of_node(member, node)) {
                    pipeline.add_command(self.commands.leave(channel, socket_id)).ignore();
                }
            }
            if !pipeline.is_empty() {
                let () = pipeline.query_async(connection).await?;
            }
        }
        Ok(())
    }
}

/// The number of replica events after which outboxes are flushed, so that the first recipients do not wait for all
/// replica events.
const NOTICES_PER_WRITE: usize = 64;
