//! Channels that several servers share. One of them keeps what belongs to all (`crate::cluster`); this hub asks it by
//! [`Post`]s and follows what it says, so that everything but a first join is answered from memory.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use serde_json::value::RawValue;
use xano_realtime_protocol::frame::Client;

use super::command::Wishes;
use super::idle::IdleChannels;
use super::keys::Outcome;
use super::message_id::MessageId;
use super::notice::{Entry, Known, Notice, Origin, encode, is_whisper};
use super::post::{Asker, Load, Post, Reply};
use super::publish::{ack, answer};
use super::room::Room;
use super::row::{Row, Rows};
use super::said::{Said, Sender};
use super::share::{Behind, Share};
use super::{Connection, ConnectionId, Hub, Output, Refusal};
use crate::limits::Limits;
use crate::settings::ChannelRules;

/// The posts of a hub that shares its channels.
#[derive(Debug)]
pub(super) struct Shared {
    /// This server, among the others.
    pub(super) node: Box<str>,
    posts: Vec<Post>,
    /// The bytes of `posts`.
    posted: usize,
    /// The bytes of the posts before them that are not done.
    load: Load,
    /// How often it was asked how some channel stands.
    questions: u64,
    pub(super) rows: Rows,
    pub(super) idle: IdleChannels,
    /// Channels that Redis refused something about, and when they are asked for again.
    again: BTreeSet<(Duration, Arc<str>)>,
    pub(super) now: Duration,
}

impl Shared {
    pub(super) fn new(node: Box<str>, rows: Rows, limits: &Limits, load: Load) -> Shared {
        Shared {
            node,
            posts: Vec::new(),
            posted: 0,
            load,
            questions: 0,
            rows,
            idle: IdleChannels::new(limits.history_bytes),
            again: BTreeSet::new(),
            now: Duration::ZERO,
        }
    }

    /// The requests since the last call.
    pub(super) fn drain_posts(&mut self) -> impl Iterator<Item = Post> {
        self.posted = 0;
        self.posts.drain(..)
    }

    fn post(&mut self, post: Post) {
        self.posted += post.bytes();
        self.posts.push(post);
    }

    /// A message of a channel that follows this row here.
    pub(super) fn say(&mut self, channel: &str, said: Said<'_>, sender: Option<Sender<'_>>, row: Arc<Row>) {
        let origin = sender.and_then(|Sender { id: from, key }| {
            Some(Origin { node: Cow::Borrowed(&self.node), from, key: Cow::Borrowed(key?) })
        });
        let entry = encode(&Entry { said, origin });
        let asker = sender.map(|Sender { id: from, key }| Asker { from, key: key.map(Into::into) });
        self.post(Post::Say { channel: channel.into(), entry, row, asker });
    }

    pub(super) fn whisper(&mut self, channel: &str, to: &str, frame: &RawValue, asker: Asker, row: Arc<Row>) {
        let notice = encode(&Notice::Whisper { to: to.into(), frame });
        self.post(Post::Whisper { channel: channel.into(), notice, asker, row });
    }

    pub(super) fn remember(&mut self, channel: &str, outcome: Outcome, asker: Asker, row: Arc<Row>) {
        self.post(Post::Remember { channel: channel.into(), outcome, asker, row });
    }

    /// It is asked how a channel stands, after that message of that epoch.
    pub(super) fn open(&mut self, channel: &Arc<str>, after: Option<MessageId>, epoch: &str, row: &Arc<Row>) -> Behind {
        self.questions += 1;
        let (question, row) = (self.questions, Arc::clone(row));
        self.post(Post::Open { channel: Arc::clone(channel), after, epoch: epoch.into(), row, question });
        Behind::asked(question)
    }

    /// It is asked again how a channel stands. The answer says everything that happened until then but whispers.
    pub(super) fn reopen(&mut self, channel: &Arc<str>, room: &mut Room) {
        if let Some(share) = &mut room.share {
            let mut behind = self.open(channel, room.history.newest(), share.epoch(), &share.row);
            for notice in share.behind.take().map(Behind::into_notices).unwrap_or_default() {
                if is_whisper(&notice) {
                    behind.hear(channel, notice);
                }
            }
            share.behind = Some(behind);
        }
    }

    pub(super) fn leave(&mut self, channel: &str, socket_id: &str) {
        self.post(Post::Leave { channel: channel.into(), socket_id: socket_id.to_owned() });
    }

    pub(super) fn join(&mut self, channel: &str, connection: &Connection, row: &Arc<Row>) {
        let known = Known {
            since: 0,
            node: self.node.clone(),
            authenticated: connection.is_authenticated,
            client: Arc::clone(&connection.client),
        };
        let (socket_id, member) = (connection.socket_id.clone(), encode(&known));
        self.post(Post::Join { channel: channel.into(), socket_id, member, row: Arc::clone(row) });
    }

    pub(super) fn row(&self, rules: &ChannelRules) -> Arc<Row> {
        Arc::new(self.rows.row(rules))
    }

    /// Redis refused something about the channel; it is asked for again a little later.
    pub(super) fn ask_later(&mut self, channel: &Arc<str>) {
        self.again.insert((self.now + AGAIN_AFTER, Arc::clone(channel)));
    }

    pub(super) fn next_to_ask(&mut self) -> Option<Arc<str>> {
        let is_due = self.again.first().is_some_and(|(at, _)| *at <= self.now);
        if is_due { self.again.pop_first().map(|(_, channel)| channel) } else { None }
    }
}

impl Hub {
    /// Refuses further work where as much waits for Redis as may.
    pub(super) fn check_load(&self) -> Result<(), Refusal> {
        let is_full = |shared: &Shared| shared.load.bytes() + shared.posted >= MAX_WAITING_BYTES;
        if self.shared.as_ref().is_some_and(is_full) { Err(Refusal::Unavailable) } else { Ok(()) }
    }

    /// Somebody is about to be on a channel. They are, when all know of it.
    pub(super) fn tell_others(&mut self, id: ConnectionId, channel: &str, wishes: Wishes) {
        let (Some(shared), Some(connection), Some(rules)) =
            (&mut self.shared, self.connections.get(&id), self.settings.rules_for(channel))
        else {
            return;
        };
        let room = self.rooms.entry(channel.into()).or_insert_with_key(|channel| {
            let row = shared.row(rules);
            let behind = shared.open(channel, None, "", &row);
            Room::shared(Arc::clone(rules), Share::asked(row, behind))
        });
        shared.idle.remove(channel);
        if let Some(share) = &room.share {
            shared.join(channel, connection, &share.row);
        }
        self.wait_for_others(id, channel, wishes);
    }

    /// Somebody went who was here; the others are told.
    pub(super) fn share_leave(&mut self, channel: &str, client: &RawValue) {
        if let Some(shared) = &mut self.shared {
            shared.leave(channel, &socket_id_of(client));
        }
    }

    /// The channel is no longer followed here.
    pub(super) fn share_close(&mut self, channel: &str) {
        if let Some(shared) = &mut self.shared {
            shared.idle.remove(channel);
            shared.post(Post::Close { channel: channel.into() });
        }
    }

    /// The channel lost the row that it followed. Its history in Redis is deleted; call it before the channel is forgotten.
    pub(super) fn share_erase(&mut self, channel: &str) {
        let share = self.rooms.get(channel).and_then(|room| room.share.as_ref());
        if let (Some(shared), Some(share)) = (&mut self.shared, share) {
            let row = Arc::clone(&share.row);
            shared.post(Post::Erase { channel: channel.into(), row });
        }
    }

    /// What is known of the channels may be out of date; it is asked how they stand.
    pub(super) fn doubt(&mut self) {
        let idle = self.shared.as_ref().map(|shared| shared.idle.names()).unwrap_or_default();
        for channel in idle {
            self.forget(&channel);
        }
        if let Some(shared) = &mut self.shared {
            for (channel, room) in &mut self.rooms {
                shared.reopen(channel, room);
            }
        }
    }

    /// The channels that are shared here, with how many messages are kept of each.
    pub fn shared_channels(&self) -> Vec<(Arc<str>, usize)> {
        self.rooms.iter().map(|(channel, room)| (Arc::clone(channel), room.rules.history)).collect()
    }

    /// What came of a post.
    pub(super) fn replied(&mut self, channel: &str, asker: &Asker, reply: Reply) -> Vec<Output> {
        let Asker { from, key } = asker;
        let key = key.as_deref();
        match reply {
            Reply::Said => Vec::new(),
            Reply::Unavailable => vec![Output::refusal(*from, Some(channel), key, &Refusal::Unavailable)],
            Reply::Done(outcome) => {
                key.map(|key| Output::to_one(*from, ack(channel, key, outcome))).into_iter().collect()
            }
            Reply::Known(outcome) => {
                let Some(key) = key else {
                    return Vec::new();
                };
                let room = self.rooms.get(channel);
                let echo = room.and_then(|room| Some(answer(room, room.member(*from)?, channel, key, outcome)));
                vec![Output::to_one(*from, echo.unwrap_or_else(|| ack(channel, key, outcome)))]
            }
        }
    }
}

/// Members are told apart by it everywhere; only here it is not at hand.
fn socket_id_of(client: &RawValue) -> String {
    serde_json::from_str(client.get()).map(|client: Client| client.socket_id).unwrap_or_default()
}

/// Redis is asked for much of it at once, so that a short pause of Redis refuses little.
pub(super) const MAX_WAITING_BYTES: usize = 32 * 1024 * 1024;

const AGAIN_AFTER: Duration = Duration::from_secs(3);
