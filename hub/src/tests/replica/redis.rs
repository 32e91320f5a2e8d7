//! A model of Redis. Each method does what one script does in one step; see `cluster/scripts`.

use std::collections::{BTreeMap, HashMap, VecDeque};

use serde_json::{Value, json};

use super::servers::Answered;
use super::{KEPT, World};
use crate::{LogReply, LogRequest, MessageId, Outcome, Snapshot};

/// The state of one channel.
#[derive(Clone, Default)]
pub(super) struct Redis {
    pub(super) epoch: Option<Box<str>>,
    pub(super) version: u64,
    pub(super) said: u64,
    pub(super) newest: Option<MessageId>,
    pub(super) hidden: Option<MessageId>,
    pub(super) stream: VecDeque<(MessageId, Box<str>)>,
    pub(super) members: BTreeMap<String, Box<str>>,
    pub(super) keys: HashMap<Box<str>, MessageId>,
}

impl World {
    /// Carries out a request as a full Redis does: only requests that need no memory succeed.
    pub(super) fn refuses(&mut self, node: usize, request: LogRequest) -> Option<Answered> {
        match request {
            LogRequest::Open { question, .. } => {
                self.nodes[node].is_listening = true;
                Some(Answered::OpenRefused(question))
            }
            LogRequest::Join { socket_id, .. } => Some(Answered::JoinRefused(socket_id)),
            LogRequest::Append { requester, .. } => {
                requester.map(|requester| Answered::Replied(requester, LogReply::Unavailable))
            }
            request => self.does(node, request),
        }
    }

    pub(super) fn does(&mut self, node: usize, request: LogRequest) -> Option<Answered> {
        let new_epoch = Box::from(self.name("epoch"));
        match request {
            LogRequest::Open { after, epoch, question, .. } => {
                self.nodes[node].is_listening = true;
                Some(Answered::Opened(question, self.redis.opened(after, &epoch, new_epoch)))
            }
            LogRequest::Close { .. } => {
                self.nodes[node].is_listening = false;
                None
            }
            LogRequest::Join { socket_id, member, .. } => {
                self.redis.epoch.get_or_insert(new_epoch);
                if !self.redis.members.contains_key(&socket_id) {
                    self.redis.version += 1;
                    let version = self.redis.version;
                    let mut member: Value = serde_json::from_str(&member).unwrap();
                    member["since"] = version.into();
                    self.redis.members.insert(socket_id.clone(), member.to_string().into());
                    self.tell(json!({ "came": { "version": version, "socket_id": socket_id, "member": member } }));
                }
                None
            }
            LogRequest::Leave { socket_id, .. } => {
                self.leaves(&socket_id);
                None
            }
            LogRequest::Append { entry, requester, .. } => {
                let key = requester.as_ref().and_then(|requester| requester.key.clone());
                if let Some(&id) = key.as_ref().and_then(|key| self.redis.keys.get(key)) {
                    let outcome = Outcome { id: Some(id), is_dropped: false };
                    return requester.map(|requester| Answered::Replied(requester, LogReply::Known(outcome)));
                }
                self.is_said(new_epoch, &entry, key);
                requester.map(|requester| Answered::Replied(requester, LogReply::Appended))
            }
            LogRequest::PrivateMessage { .. } | LogRequest::Remember { .. } => unreachable!("nobody whispers here"),
            LogRequest::Erase { .. } => unreachable!("the row stays"),
        }
    }

    pub(super) fn is_said(&mut self, new_epoch: Box<str>, entry: &str, key: Option<Box<str>>) {
        let redis = &mut self.redis;
        redis.epoch.get_or_insert(new_epoch);
        // This clock does not go back at a restart.
        let id = MessageId::parse(&format!("{}-0", self.order.len() + 1)).unwrap();
        let before = redis.newest.replace(id).map(|id| id.to_string()).unwrap_or_default();
        redis.said += 1;
        redis.stream.push_back((id, entry.into()));
        let removed = redis.stream.drain(..redis.stream.len().saturating_sub(KEPT)).next_back();
        redis.hidden = removed.map(|(id, _)| id).or(redis.hidden);
        redis.keys.extend(key.map(|key| (key, id)));
        let entry: Value = serde_json::from_str(entry).unwrap();
        self.order.push((id, entry["said"]["message"]["payload"].as_u64().unwrap(), false));
        self.tell(json!({ "said": { "id": id.to_string(), "before": before, "entry": entry } }));
    }

    pub(super) fn leaves(&mut self, socket_id: &str) {
        if self.redis.members.remove(socket_id).is_some() {
            self.redis.version += 1;
            self.tell(json!({ "went": { "version": self.redis.version, "socket_id": socket_id } }));
        }
    }

    pub(super) fn tell(&mut self, notice: Value) {
        for node in self.nodes.iter_mut().filter(|node| node.is_listening) {
            node.notices.push_back(notice.to_string());
        }
    }
}

impl Redis {
    pub(super) fn opened(&mut self, after: Option<MessageId>, known: &str, new_epoch: Box<str>) -> Snapshot {
        let from = |first| self.stream.iter().filter(move |(id, _)| Some(*id) >= first).cloned().collect::<Vec<_>>();
        let mut entries = from(after);
        let first_kept = self.stream.front().map(|(id, _)| *id);
        let is_there = entries.first().map(|(id, _)| *id) == after;
        let has_fallen_back = after.is_some() && !is_there && (first_kept.is_none() || first_kept < after);
        if has_fallen_back && self.epoch.as_deref() == Some(known) {
            self.epoch = None;
        }
        let epoch = self.epoch.get_or_insert(new_epoch).clone();
        if *epoch != *known {
            entries = from(None);
        }
        Snapshot {
            epoch,
            version: self.version,
            said: self.said,
            newest: self.newest,
            hidden: self.hidden,
            entries,
            members: self.members.iter().map(|(id, member)| (id.clone(), member.clone())).collect(),
        }
    }
}
