//! What is done as long as the connections to Redis last.

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

/// Two of them: Redis ends one with notices when too much waits to be read there, and answers may be long.
#[derive(Clone, Debug)]
pub(super) struct Connections {
    pub(super) asking: MultiplexedConnection,
    /// Notices come here, and nothing else does.
    pub(super) listening: MultiplexedConnection,
}

/// Connects to a Redis that is new enough, teaches it the scripts, and subscribes to the notices that are about no channel.
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

/// Serves as long as the connections last: `Ok` when everything is done and nothing more comes.
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
    // Whatever was known before, it is asked how every channel stands that somebody here is on.
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

/// Hears what the servers tell each other.
struct Listener<'a> {
    follower: &'a Arc<dyn Follower>,
    names: &'a Names,
    following: &'a Following,
    connection: MultiplexedConnection,
    unread: Unread,
}

impl Listener<'_> {
    async fn listen(&mut self) -> Result<(), Failure> {
        // What many notices cause leaves in few writes: when there is nothing more to hear.
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

/// Says that this server is alive, clears up after those that are not, and keeps from expiring what is in use.
struct Keeper<'a> {
    follower: &'a Arc<dyn Follower>,
    commands: Commands<'a>,
    following: &'a Following,
    secret: Option<&'a Secret>,
    connections: Connections,
}

impl Keeper<'_> {
    /// What was shared and is lost is shared again.
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
            // Nobody else would notice that this one is dead.
            let () = cmd("PING").exec_async(&mut self.connections.listening).await?;
            if renewal.was_lost {
                tracing::warn!("this server was taken for dead; it says again who is here");
                self.agree().await?;
                self.follower.handle(LogInput::Stale);
            }
            for node in renewal.dead {
                tracing::warn!(node, "clears up after a server that is gone");
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
            // Others who took this server for dead may have forgotten where its members are.
            pipeline.add_command(self.commands.note(channels.iter().map(|(channel, _)| &**channel)));
            for command in channels.iter().flat_map(|(channel, history)| self.commands.touch(channel, *history)) {
                pipeline.add_command(command);
            }
            // A full Redis refuses the note, and does the rest.
            pipeline.ignore_errors();
            let done: Vec<RedisResult<Value>> = pipeline.query_async(&mut self.connections.asking).await?;
            if let Some(error) = done.into_iter().filter_map(Result::err).find(ends_connection) {
                return Err(error);
            }
        }
        Ok(())
    }

    /// Takes those off who are known to be here and are not: Redis may have fallen back to an earlier state, or have done
    /// late what was asked of it. Where somebody is here, the hub sees to it.
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

    /// Takes the members of a server off these channels.
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

/// Those who wait for the first of them are not to wait for all.
const NOTICES_PER_WRITE: usize = 64;
