//! Channels that several servers share. One of them keeps what belongs to all (`crate::cluster`); this hub asks it by
//! [`Post`]s and follows what it says, so that everything but a first join is answered from memory.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use xano_realtime_protocol::frame::{Client, PresenceAction};

use super::command::Wishes;
use super::history::History;
use super::keys::Outcome;
use super::message_id::MessageId;
use super::publish::{ack, answer};
use super::room::Room;
use super::said::{Said, Sender};
use super::{Connection, ConnectionId, Delivery, Hub, Refusal, to_one};

/// What a hub asks of what all servers share, in this order.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Post {
    /// Tell from now on what happens on the channel, of which so many messages are kept, and how it stands: what was said
    /// from that message on, or all that is kept.
    Open { channel: Arc<str>, after: Option<MessageId>, keep: usize },
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
    /// Oldest first; the one that was asked after comes first if it is still kept.
    pub(crate) entries: Vec<(MessageId, Box<str>)>,
    pub(crate) members: Vec<(String, Box<str>)>,
}

/// Something happened on a channel.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Notice<'a> {
    Said {
        #[serde(borrow)]
        id: Cow<'a, str>,
        /// The one before it; empty where there was none.
        #[serde(borrow)]
        before: Cow<'a, str>,
        #[serde(borrow)]
        entry: Entry<'a>,
    },
    Whisper {
        #[serde(borrow)]
        to: Cow<'a, str>,
        #[serde(borrow)]
        frame: &'a RawValue,
    },
    Came {
        version: u64,
        #[serde(borrow)]
        socket_id: Cow<'a, str>,
        #[serde(borrow)]
        member: &'a RawValue,
    },
    Went {
        version: u64,
        #[serde(borrow)]
        socket_id: Cow<'a, str>,
    },
}

/// What was said, and by whom: the sender's own copy says the key.
#[derive(Debug, Serialize, Deserialize)]
struct Entry<'a> {
    #[serde(borrow)]
    said: Said<'a>,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    origin: Option<Origin<'a>>,
}

#[derive(Debug, Serialize, Deserialize)]
struct Origin<'a> {
    #[serde(borrow)]
    node: Cow<'a, str>,
    from: ConnectionId,
    #[serde(borrow)]
    key: Cow<'a, str>,
}

/// Somebody who is on a channel, as all servers know them.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Known {
    node: Box<str>,
    authenticated: bool,
    client: Arc<RawValue>,
}

/// The posts of a hub that shares its channels.
#[derive(Debug)]
pub(super) struct Shared {
    /// This server, among the others.
    node: Box<str>,
    posts: Vec<Post>,
}

/// What a room knows of the others that have it.
#[derive(Debug, Default)]
pub(super) struct Share {
    /// Empty until it is known how the channel stands.
    epoch: Box<str>,
    version: u64,
    /// Everybody, as far as all servers know: those here whose coming was not told yet are not among them.
    present: BTreeMap<String, Known>,
    /// What happened since it was asked how the channel stands; `None`: nothing is asked.
    behind: Option<Vec<Box<str>>>,
}

impl Shared {
    pub(super) fn new(node: Box<str>) -> Shared {
        Shared { node, posts: Vec::new() }
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

    fn join(&mut self, channel: &str, connection: &Connection, keep: usize) {
        let known = Known {
            node: self.node.clone(),
            authenticated: connection.is_authenticated,
            client: Arc::clone(&connection.client),
        };
        let (socket_id, member) = (connection.socket_id.clone(), encode(&known));
        self.posts.push(Post::Join { channel: channel.into(), socket_id, member, keep });
    }
}

impl Share {
    pub(super) fn epoch(&self) -> &str {
        &self.epoch
    }

    /// Whether somebody with that socket id is on the channel, and then if they are authenticated.
    pub(super) fn knows(&self, socket_id: &str) -> Option<bool> {
        self.present.get(socket_id).map(|known| known.authenticated)
    }

    /// Everybody, and somebody who is new.
    pub(super) fn present<'a>(&'a self, newcomer: Option<&'a RawValue>) -> Vec<&'a RawValue> {
        let mut present: Vec<_> = self.present.values().map(|known| &*known.client).collect();
        present.extend(newcomer.filter(|newcomer| !present.iter().any(|client| client.get() == newcomer.get())));
        present
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
            shared.posts.push(Post::Open { channel: Arc::clone(channel), after: None, keep: rules.history });
            Room::shared(Arc::clone(rules), Share { behind: Some(Vec::new()), ..Share::default() })
        });
        shared.join(channel, connection, rules.history);
        self.wait_for_others(id, channel, wishes);
    }

    /// Somebody went who was here; the others are told.
    pub(super) fn share_leave(&mut self, channel: &str, client: &RawValue) {
        if let Some(shared) = &mut self.shared {
            shared.posts.push(Post::Leave { channel: channel.into(), socket_id: socket_id_of(client) });
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
                // What was asked before may never be answered.
                share.behind = Some(Vec::new());
                shared.posts.push(Post::Open { channel: Arc::clone(channel), after, keep });
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

    /// Something happened on a channel.
    pub(crate) fn hear(&mut self, channel: &str, notice: &str) -> Vec<Delivery> {
        let Some(share) = self.rooms.get_mut(channel).and_then(|room| room.share.as_mut()) else {
            return Vec::new();
        };
        if let Some(behind) = &mut share.behind {
            behind.push(notice.into());
            return Vec::new();
        }
        self.follow(channel, notice)
    }

    /// How a channel stands. What was missed of it is made up for.
    pub(crate) fn opened(&mut self, channel: &str, snapshot: Snapshot) -> Vec<Delivery> {
        let Some((room, node)) = self.rooms.get_mut(channel).zip(self.shared.as_ref().map(|shared| &shared.node))
        else {
            return Vec::new();
        };
        let mut deliveries = room.catch_up(channel, &snapshot, node);
        deliveries.extend(room.meet(channel, &snapshot, &self.by_socket_id));
        self.correct(channel, &snapshot);
        let missed = self.rooms.get_mut(channel).and_then(|room| room.share.as_mut()?.behind.take());
        for notice in missed.unwrap_or_default() {
            deliveries.extend(self.hear(channel, &notice));
        }
        deliveries.extend(self.admit_known(channel));
        self.forget_if_bare(channel);
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
                    return room.take_in(channel, id, &entry.said, entry.sender(&shared.node));
                }
            }
            Notice::Whisper { to, frame } => {
                let to = self.by_socket_id.get(&*to).copied().filter(|&id| room.member(id).is_some());
                return to.map(|id| Delivery::message(vec![id], frame.to_owned())).into_iter().collect();
            }
            Notice::Came { version, .. } | Notice::Went { version, .. } if version <= share.version => {
                return Vec::new();
            }
            Notice::Came { version, socket_id, member } if version == share.version + 1 => {
                share.version = version;
                let about = self.by_socket_id.get(&*socket_id).copied();
                let told = room.meet_one(channel, socket_id.into_owned(), member.get(), about);
                let admitted = about.map(|_| self.admit_known(channel)).unwrap_or_default();
                return admitted.into_iter().chain(told).collect();
            }
            Notice::Went { version, socket_id } if version == share.version + 1 => {
                share.version = version;
                return room.miss_one(channel, &socket_id).into_iter().collect();
            }
            Notice::Came { .. } | Notice::Went { .. } => {}
        }
        // Something before it did not arrive.
        let (after, keep) = (room.history.newest(), room.rules.history);
        if let Some(share) = &mut room.share {
            share.behind = Some(vec![text.into()]);
        }
        shared.posts.push(Post::Open { channel: channel.into(), after, keep });
        Vec::new()
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
                shared.posts.push(Post::Leave { channel: channel.into(), socket_id: socket_id.clone() });
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

impl Room {
    /// What was said that has not arrived.
    fn catch_up(&mut self, channel: &str, snapshot: &Snapshot, node: &str) -> Vec<Delivery> {
        let Some(share) = &mut self.share else {
            return Vec::new();
        };
        let is_first = share.epoch.is_empty();
        let is_continued = share.epoch == snapshot.epoch;
        let seen = self.history.newest();
        let is_kept = |seen| snapshot.entries.iter().any(|&(id, _)| Some(id) == seen);
        let is_complete = is_continued && (seen == snapshot.newest || seen.is_none() || is_kept(seen));
        let mut deliveries = Vec::new();
        if !is_continued {
            share.epoch = snapshot.epoch.clone();
            self.history = History::after(None);
        }
        let first = snapshot.entries.first().map(|&(id, _)| id);
        if !is_first && !is_complete {
            deliveries.extend(self.tell_all(channel, &Refusal::Gap));
        }
        if self.history.newest().is_none() && snapshot.said > snapshot.entries.len() as u64 {
            // Some of it is not kept any more; which, nobody knows.
            self.history = History::after(first.or(snapshot.newest));
        }
        for (id, entry) in &snapshot.entries {
            if Some(*id) <= self.history.newest() {
                continue;
            }
            match serde_json::from_str::<Entry<'_>>(entry) {
                Ok(entry) => deliveries.extend(self.take_in(channel, *id, &entry.said, entry.sender(node))),
                Err(_) => tracing::error!(channel, "a kept message is not understood"),
            }
        }
        deliveries
    }

    /// Who is on the channel.
    fn meet(
        &mut self,
        channel: &str,
        snapshot: &Snapshot,
        by_socket_id: &HashMap<String, ConnectionId>,
    ) -> Vec<Delivery> {
        let Some(share) = &mut self.share else {
            return Vec::new();
        };
        share.version = snapshot.version;
        let is_there = |socket_id: &String| snapshot.members.iter().any(|(there, _)| there == socket_id);
        let gone: Vec<_> = share.present.keys().filter(|socket_id| !is_there(socket_id)).cloned().collect();
        let mut deliveries: Vec<_> = gone.iter().filter_map(|socket_id| self.miss_one(channel, socket_id)).collect();
        for (socket_id, member) in &snapshot.members {
            let about = by_socket_id.get(socket_id).copied();
            deliveries.extend(self.meet_one(channel, socket_id.clone(), member, about));
        }
        deliveries
    }

    /// Tells the others; never the one it is about, who may be here.
    fn meet_one(
        &mut self,
        channel: &str,
        socket_id: String,
        member: &str,
        about: Option<ConnectionId>,
    ) -> Option<Delivery> {
        let known: Known = serde_json::from_str(member).ok()?;
        let client = Arc::clone(&known.client);
        let is_new = self.share.as_mut()?.present.insert(socket_id, known).is_none();
        is_new.then(|| self.presence_update(channel, PresenceAction::Join, about, &client)).flatten()
    }

    fn miss_one(&mut self, channel: &str, socket_id: &str) -> Option<Delivery> {
        let known = self.share.as_mut()?.present.remove(socket_id)?;
        self.presence_update(channel, PresenceAction::Leave, None, &known.client)
    }

    fn tell_all(&self, channel: &str, why: &Refusal) -> Option<Delivery> {
        let to = self.audience(false);
        (!to.is_empty()).then(|| Delivery::refusal_to_all(to, channel, why))
    }
}

impl Entry<'_> {
    /// Who sent it, if that was here.
    fn sender(&self, node: &str) -> Option<Sender<'_>> {
        let origin = self.origin.as_ref().filter(|origin| origin.node == node)?;
        Some(Sender { id: origin.from, key: Some(&origin.key) })
    }
}

/// Whether a member, as all servers know it, is connected to that one.
pub(crate) fn is_of_node(member: &str, node: &str) -> bool {
    serde_json::from_str(member).is_ok_and(|known: Known| *known.node == *node)
}

/// Members are told apart by it everywhere; only here it is not at hand.
fn socket_id_of(client: &RawValue) -> String {
    serde_json::from_str(client.get()).map(|client: Client| client.socket_id).unwrap_or_default()
}

fn encode(value: &impl Serialize) -> Box<str> {
    serde_json::to_string(value).unwrap_or_default().into()
}
