//! Channels that several servers share. One of them keeps what belongs to all (`crate::cluster`); this hub asks it by
//! [`Post`]s and follows what it says, so that everything but a first join is answered from memory.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::value::RawValue;
use xano_realtime_protocol::frame::Client;

use super::command::Wishes;
use super::keys::Outcome;
use super::message_id::MessageId;
use super::notice::{Entry, Known, Notice, Origin, encode, is_of_node, is_whisper};
use super::publish::{ack, answer};
use super::room::Room;
use super::said::{Said, Sender};
use super::share::{Behind, Share};
use super::{Connection, ConnectionId, Delivery, Encoded, Hub, Refusal, to_one};

/// What a hub asks of what all servers share, in this order.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Post {
    /// Tell from now on what happens on the channel, of which so many messages are kept, and how it stands: what was said
    /// from that message of that epoch on, or all that is kept where it is another one by now. The answer is to say which
    /// question it belongs to.
    Open { channel: Arc<str>, after: Option<MessageId>, epoch: Box<str>, keep: usize, question: u64 },
    /// Nobody here is on it any more.
    Close { channel: Arc<str> },
    /// Somebody here is on it.
    Join { channel: Arc<str>, socket_id: String, member: Box<str>, keep: usize },
    /// And not any more.
    Leave { channel: Arc<str>, socket_id: String },
    /// To take its place in the order of the channel, of which so many are kept.
    Say { channel: Arc<str>, entry: Box<str>, keep: usize, asker: Option<Asker> },
    /// For one who is connected elsewhere.
    Whisper { channel: Arc<str>, notice: Box<str>, asker: Asker },
    /// What came of a message that takes no place.
    Remember { channel: Arc<str>, outcome: Outcome, asker: Asker },
}

impl Post {
    /// Whether somebody waits for what comes of it.
    pub(crate) fn is_message(&self) -> bool {
        matches!(self, Post::Say { .. } | Post::Whisper { .. } | Post::Remember { .. })
    }
}

/// Whose message it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Asker {
    pub(crate) from: ConnectionId,
    pub(crate) key: Option<Box<str>>,
}

/// What came of a post of somebody's message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reply {
    /// It was said; that it was comes as a notice.
    Said,
    /// It takes no place, and was done.
    Done(Outcome),
    /// It was sent before.
    Known(Outcome),
    /// Whether it was done is not known: what is shared cannot be reached.
    Unavailable,
}

/// How a channel stands.
#[derive(Debug)]
pub(crate) struct Snapshot {
    pub(crate) epoch: Box<str>,
    /// Of its members.
    pub(crate) version: u64,
    /// How much was ever said.
    pub(crate) said: u64,
    pub(crate) newest: Option<MessageId>,
    /// Oldest first; the one that was asked after comes first if it is still kept and the epoch is the same.
    pub(crate) entries: Vec<(MessageId, Box<str>)>,
    pub(crate) members: Vec<(String, Box<str>)>,
}

/// The posts of a hub that shares its channels.
#[derive(Debug)]
pub(super) struct Shared {
    /// This server, among the others.
    node: Box<str>,
    posts: Vec<Post>,
    /// How often it was asked how some channel stands.
    questions: u64,
}

impl Shared {
    pub(super) fn new(node: Box<str>) -> Shared {
        Shared { node, posts: Vec::new(), questions: 0 }
    }

    pub(super) fn say(&mut self, channel: &str, said: Said<'_>, sender: Option<Sender<'_>>, keep: usize) {
        let origin = sender.and_then(|Sender { id: from, key }| {
            Some(Origin { node: Cow::Borrowed(&self.node), from, key: Cow::Borrowed(key?) })
        });
        let entry = encode(&Entry { said, origin });
        let asker = sender.map(|Sender { id: from, key }| Asker { from, key: key.map(Into::into) });
        self.posts.push(Post::Say { channel: channel.into(), entry, keep, asker });
    }

    pub(super) fn whisper(&mut self, channel: &str, to: &str, frame: &RawValue, asker: Asker) {
        let notice = encode(&Notice::Whisper { to: to.into(), frame });
        self.posts.push(Post::Whisper { channel: channel.into(), notice, asker });
    }

    pub(super) fn remember(&mut self, channel: &str, outcome: Outcome, asker: Asker) {
        self.posts.push(Post::Remember { channel: channel.into(), outcome, asker });
    }

    /// It is asked how a channel stands, after that message of that epoch.
    fn open(&mut self, channel: &Arc<str>, after: Option<MessageId>, epoch: &str, keep: usize) -> Behind {
        self.questions += 1;
        let question = self.questions;
        self.posts.push(Post::Open { channel: Arc::clone(channel), after, epoch: epoch.into(), keep, question });
        Behind { question, notices: Vec::new() }
    }

    fn leave(&mut self, channel: &str, socket_id: &str) {
        self.posts.push(Post::Leave { channel: channel.into(), socket_id: socket_id.to_owned() });
    }

    fn join(&mut self, channel: &str, connection: &Connection, keep: usize) {
        let known = Known {
            since: 0,
            node: self.node.clone(),
            authenticated: connection.is_authenticated,
            client: Arc::clone(&connection.client),
        };
        let (socket_id, member) = (connection.socket_id.clone(), encode(&known));
        self.posts.push(Post::Join { channel: channel.into(), socket_id, member, keep });
    }
}

impl Hub {
    /// What is to be asked of the others by now.
    pub(crate) fn take_posts(&mut self) -> Vec<Post> {
        self.shared.as_mut().map(|shared| std::mem::take(&mut shared.posts)).unwrap_or_default()
    }

    /// Somebody is about to be on a channel. They are, when all know of it.
    pub(super) fn tell_others(&mut self, id: ConnectionId, channel: &str, wishes: Wishes) {
        let (Some(shared), Some(connection), Some(rules)) =
            (&mut self.shared, self.connections.get(&id), self.settings.rules_for(channel))
        else {
            return;
        };
        self.rooms.entry(channel.into()).or_insert_with_key(|channel| {
            let behind = shared.open(channel, None, "", rules.history);
            Room::shared(Arc::clone(rules), Share::asked(behind))
        });
        shared.join(channel, connection, rules.history);
        self.wait_for_others(id, channel, wishes);
    }

    /// Somebody went who was here; the others are told.
    pub(super) fn share_leave(&mut self, channel: &str, client: &RawValue) {
        if let Some(shared) = &mut self.shared {
            shared.leave(channel, &socket_id_of(client));
        }
    }

    /// Nobody here is on the channel any more.
    pub(super) fn share_close(&mut self, channel: &str) {
        if let Some(shared) = &mut self.shared {
            shared.posts.push(Post::Close { channel: channel.into() });
        }
    }

    /// What is known of the channels may be out of date; it is asked how they stand.
    pub(crate) fn doubt(&mut self) {
        let Some(shared) = &mut self.shared else {
            return;
        };
        for (channel, room) in &mut self.rooms {
            let (after, keep) = (room.history.newest(), room.rules.history);
            if let Some(share) = &mut room.share {
                let behind = shared.open(channel, after, share.epoch(), keep);
                // Whatever else happened is part of how the channel stands.
                let mut notices = share.behind.take().map(|behind| behind.notices).unwrap_or_default();
                notices.retain(|notice| is_whisper(notice));
                share.behind = Some(Behind { notices, ..behind });
            }
        }
    }

    /// The channels that are shared here, with how many messages are kept of each.
    pub(crate) fn shared_channels(&self) -> Vec<(Arc<str>, usize)> {
        self.rooms.iter().map(|(channel, room)| (Arc::clone(channel), room.rules.history)).collect()
    }

    /// What came of a post.
    pub(crate) fn replied(&mut self, channel: &str, asker: &Asker, reply: Reply) -> Vec<Delivery> {
        let Asker { from, key } = asker;
        let key = key.as_deref();
        match reply {
            Reply::Said => Vec::new(),
            Reply::Unavailable => vec![Delivery::refusal(*from, Some(channel), key, &Refusal::Unavailable)],
            Reply::Done(outcome) => key.map(|key| to_one(*from, ack(channel, key, outcome))).into_iter().collect(),
            Reply::Known(outcome) => {
                let Some(key) = key else {
                    return Vec::new();
                };
                let room = self.rooms.get(channel);
                let echo = room.and_then(|room| Some(answer(room, room.member(*from)?, channel, key, outcome)));
                vec![to_one(*from, echo.unwrap_or_else(|| ack(channel, key, outcome)))]
            }
        }
    }

    pub(super) fn share_mut(&mut self, channel: &str) -> Option<&mut Share> {
        self.rooms.get_mut(channel)?.share.as_mut()
    }

    /// Those who are about to join the channel, when all who share it know of them.
    pub(super) fn waiting_for_others(&self, channel: &str) -> Vec<ConnectionId> {
        let share = self.rooms.get(channel).and_then(|room| room.share.as_ref());
        share.into_iter().flat_map(|share| &share.waiting).copied().collect()
    }

    /// Something happened on a channel.
    pub(crate) fn hear(&mut self, channel: &str, notice: &str) -> Vec<Delivery> {
        let Some(share) = self.share_mut(channel) else {
            return Vec::new();
        };
        if let Some(behind) = &mut share.behind {
            behind.notices.push(notice.into());
            return Vec::new();
        }
        self.follow(channel, notice)
    }

    /// How a channel stands, as the answer to that question. What was missed of it is made up for.
    pub(crate) fn opened(&mut self, channel: &str, question: u64, snapshot: Snapshot) -> Vec<Delivery> {
        let Some((room, node)) = self.rooms.get_mut(channel).zip(self.shared.as_ref().map(|shared| &shared.node))
        else {
            return Vec::new();
        };
        let is_asked = |behind: &mut Behind| behind.question == question;
        let Some(behind) = room.share.as_mut().and_then(|share| share.behind.take_if(is_asked)) else {
            return Vec::new();
        };
        let bounds = self.retention.bounds(room.rules.history);
        let mut deliveries = room.catch_up(channel, &snapshot, node, bounds);
        deliveries.extend(room.meet(channel, &snapshot, &self.by_socket_id));
        self.correct(channel, &snapshot);
        for notice in behind.notices {
            deliveries.extend(self.hear(channel, &notice));
        }
        deliveries.extend(self.admit_known(channel));
        self.note_change(channel);
        deliveries
    }

    fn follow(&mut self, channel: &str, text: &str) -> Vec<Delivery> {
        let (Some(room), Some(shared)) = (self.rooms.get_mut(channel), &mut self.shared) else {
            return Vec::new();
        };
        let Some(share) = &mut room.share else {
            return Vec::new();
        };
        let Ok(notice) = serde_json::from_str(text) else {
            tracing::error!(channel, "a notice of another server is not understood");
            return Vec::new();
        };
        match notice {
            Notice::Said { id, before, entry } => {
                let Some(id) = MessageId::parse(&id).filter(|&id| Some(id) > room.history.newest()) else {
                    return Vec::new();
                };
                if MessageId::parse(&before) == room.history.newest() {
                    let bounds = self.retention.bounds(room.rules.history);
                    let deliveries = room.take_in(channel, id, &entry.said, entry.sender(&shared.node), bounds);
                    self.note_message(channel);
                    return deliveries;
                }
            }
            Notice::Whisper { to, frame } => {
                let to = self.by_socket_id.get(&*to).copied().filter(|&id| room.member(id).is_some());
                return to.map(|id| Delivery::message(vec![id], Encoded::text(frame.get()))).into_iter().collect();
            }
            Notice::Came { version, .. } | Notice::Went { version, .. } if version <= share.version => {
                return Vec::new();
            }
            Notice::Came { version, socket_id, member } if version == share.version + 1 => {
                share.version = version;
                let about = self.by_socket_id.get(&*socket_id).copied();
                let told = room.meet_one(channel, socket_id.clone().into_owned(), member.get(), about);
                let admitted = self.meet_own(channel, &socket_id, member.get());
                return admitted.into_iter().chain(told).collect();
            }
            Notice::Went { version, socket_id } if version == share.version + 1 => {
                share.version = version;
                let about = self.by_socket_id.get(&*socket_id).copied();
                let told = room.miss_one(channel, &socket_id, about);
                self.insist(channel, &socket_id);
                return told.into_iter().collect();
            }
            Notice::Came { .. } | Notice::Went { .. } => {}
        }
        // Something before it did not arrive.
        let behind = shared.open(&channel.into(), room.history.newest(), share.epoch(), room.rules.history);
        share.behind = Some(Behind { notices: vec![text.into()], ..behind });
        Vec::new()
    }

    /// Somebody is known to all by now. If they are one of ours, they come in, or are not to be known any more: what
    /// was asked of a connection that was lost may be done late.
    fn meet_own(&mut self, channel: &str, socket_id: &str, member: &str) -> Vec<Delivery> {
        let id = self.by_socket_id.get(socket_id).copied();
        let share = self.share_mut(channel);
        if let Some(id) = id.filter(|id| share.is_some_and(|share| share.waiting.contains(id))) {
            return self.admit_waiting(id, channel);
        }
        let is_here = id.is_some_and(|id| self.rooms.get(channel).is_some_and(|room| room.member(id).is_some()));
        if let Some(shared) = self.shared.as_mut().filter(|shared| !is_here && is_of_node(member, &shared.node)) {
            shared.leave(channel, socket_id);
        }
        Vec::new()
    }

    /// Somebody is taken for gone. If they are here, all are to know of them again.
    fn insist(&mut self, channel: &str, socket_id: &str) {
        let (Some(shared), Some(room)) = (&mut self.shared, self.rooms.get(channel)) else {
            return;
        };
        let here = self.by_socket_id.get(socket_id).filter(|&&id| room.member(id).is_some());
        if let Some(connection) = here.and_then(|id| self.connections.get(id)) {
            shared.join(channel, connection, room.rules.history);
        }
    }

    /// Who is here is known to all, and who is not any more is not.
    fn correct(&mut self, channel: &str, snapshot: &Snapshot) {
        let here = self.rooms.get(channel).into_iter().flat_map(|room| room.members().map(|(id, _)| id));
        let here: Vec<_> = here.chain(self.waiting_for_others(channel)).collect();
        let (Some(room), Some(shared)) = (self.rooms.get(channel), &mut self.shared) else {
            return;
        };
        let connections = here.iter().filter_map(|id| self.connections.get(id));
        let mut ours: BTreeMap<&str, &Connection> =
            connections.map(|connection| (&*connection.socket_id, connection)).collect();
        for (socket_id, member) in &snapshot.members {
            let is_ours = ours.remove(&**socket_id).is_some();
            if !is_ours && is_of_node(member, &shared.node) {
                shared.leave(channel, socket_id);
            }
        }
        for connection in ours.into_values() {
            shared.join(channel, connection, room.rules.history);
        }
    }

    /// Those come in of whom all know by now.
    fn admit_known(&mut self, channel: &str) -> Vec<Delivery> {
        let Some(share) = self.rooms.get(channel).and_then(|room| room.share.as_ref()) else {
            return Vec::new();
        };
        let is_known = |id: &ConnectionId| {
            self.connections.get(id).is_some_and(|connection| share.knows(&connection.socket_id).is_some())
        };
        let known: Vec<_> = self.waiting_for_others(channel).into_iter().filter(is_known).collect();
        known.into_iter().flat_map(|id| self.admit_waiting(id, channel)).collect()
    }
}

/// Members are told apart by it everywhere; only here it is not at hand.
fn socket_id_of(client: &RawValue) -> String {
    serde_json::from_str(client.get()).map(|client: Client| client.socket_id).unwrap_or_default()
}
