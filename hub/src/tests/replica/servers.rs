//! The servers of the simulation: they send requests, receive replies and replica events, and fail.

use std::collections::VecDeque;
use std::time::Duration;

use serde_json::json;

use super::super::driver::Driver;
use super::redis::Redis;
use super::{CHANNEL, HISTORY, NODES, World};
use crate::{Limits, Settings};
use crate::{Load, LogReply, LogRequest, Requester, Rows, Snapshot, is_of_node};

pub(super) struct Node {
    pub(super) name: String,
    pub(super) hub: Driver,
    pub(super) is_connected: bool,
    pub(super) is_listening: bool,
    pub(super) requests: VecDeque<LogRequest>,
    pub(super) answers: VecDeque<Answered>,
    pub(super) notices: VecDeque<String>,
    pub(super) gone: Vec<LogRequest>,
}

pub(super) enum Answered {
    Replied(Requester, LogReply),
    Opened(u64, Snapshot),
    OpenRefused(u64),
    JoinRefused(String),
}

impl World {
    pub(super) fn new_node(&mut self) -> Node {
        let row = json!({ "pattern": CHANNEL, "enabled": true, "anonymous_clients": true, "presence": true,
            "client_public_messaging": true, "history": HISTORY });
        let settings = Settings::parse(&json!({ "channels": [row] }).to_string()).unwrap();
        let name = self.name("node");
        Node {
            hub: Driver::replicated(settings, Rows::default(), &Limits::default(), &name, Load::default()),
            name,
            is_connected: true,
            is_listening: false,
            requests: VecDeque::new(),
            answers: VecDeque::new(),
            notices: VecDeque::new(),
            gone: Vec::new(),
        }
    }

    /// Carries out the next request of a server and queues the reply.
    pub(super) fn asks(&mut self, node: usize) {
        if self.nodes[node].is_connected
            && let Some(request) = self.nodes[node].requests.pop_front()
        {
            let answer = if self.is_full { self.refuses(node, request) } else { self.does(node, request) };
            self.nodes[node].answers.extend(answer);
        }
    }

    /// Advances the time, so that idle channels are forgotten and refused requests are repeated.
    pub(super) fn waits(&mut self, seconds: u64) {
        self.now += Duration::from_secs(seconds);
        for node in 0..NODES {
            self.nodes[node].hub.advance(self.now);
            self.deliver(node, Vec::new());
        }
    }

    pub(super) fn is_answered(&mut self, node: usize) {
        let Some(answer) = self.nodes[node].answers.pop_front() else {
            return;
        };
        let hub = &mut self.nodes[node].hub;
        let deliveries = match answer {
            Answered::Replied(requester, reply) => hub.replied(CHANNEL, &requester, reply),
            Answered::Opened(question, snapshot) => hub.opened(CHANNEL, question, snapshot),
            Answered::OpenRefused(question) => hub.open_refused(CHANNEL, question),
            Answered::JoinRefused(socket_id) => hub.join_refused(CHANNEL, &socket_id),
        };
        self.deliver(node, deliveries);
    }

    pub(super) fn hears(&mut self, node: usize) {
        if let Some(notice) = self.nodes[node].notices.pop_front() {
            let deliveries = self.nodes[node].hub.hear(CHANNEL, &notice);
            self.deliver(node, deliveries);
        }
    }

    /// Breaks the connection of a server: some requests are carried out, and their replies are lost.
    pub(super) fn breaks(&mut self, node: usize) {
        if !self.nodes[node].is_connected {
            return;
        }
        for _ in 0..self.dice.usize(..4) {
            if let Some(request) = self.nodes[node].requests.pop_front() {
                let requester = asker_of(&request);
                self.does(node, request);
                self.nodes[node]
                    .answers
                    .extend(requester.map(|requester| Answered::Replied(requester, LogReply::Unavailable)));
            }
        }
        let node = &mut self.nodes[node];
        (node.is_connected, node.is_listening) = (false, false);
        node.notices.clear();
        node.answers.retain(|answer| matches!(answer, Answered::Replied(..)));
        for answer in &mut node.answers {
            if let Answered::Replied(_, reply) = answer {
                *reply = LogReply::Unavailable;
            }
        }
    }

    pub(super) fn connects(&mut self, number: usize) {
        // While a server is disconnected, its requests are returned as failed.
        if self.nodes[number].is_connected {
            return;
        }
        for request in std::mem::take(&mut self.nodes[number].requests) {
            match asker_of(&request) {
                Some(requester) => {
                    self.nodes[number].answers.push_back(Answered::Replied(requester, LogReply::Unavailable))
                }
                None if matches!(request, LogRequest::Leave { .. }) => self.nodes[number].gone.push(request),
                None => {}
            }
        }
        for request in std::mem::take(&mut self.nodes[number].gone) {
            self.does(number, request);
        }
        let node = &mut self.nodes[number];
        node.is_connected = true;
        node.hub.mark_stale();
        node.requests.extend(node.hub.take_requests());
        // A server without channels must not be listed with members.
        if node.hub.followed_channels().is_empty() {
            self.clears_up_after(self.nodes[number].name.clone());
        }
    }

    /// Kills a server. Another one replaces it, and its clients reconnect later.
    pub(super) fn dies(&mut self, node: usize) {
        for person in &mut self.people {
            if person.at.is_some_and(|(at, _)| at == node) {
                person.at = None;
                person.has_joined = false;
            }
        }
        let name = self.nodes[node].name.clone();
        self.nodes[node] = self.new_node();
        self.clears_up_after(name);
    }

    pub(super) fn clears_up_after(&mut self, name: String) {
        let members = self.redis.members.iter().filter(|(_, member)| is_of_node(member, &name));
        for socket_id in members.map(|(socket_id, _)| socket_id.clone()).collect::<Vec<_>>() {
            self.leaves(&socket_id);
        }
    }

    /// Restarts Redis, empty or in an earlier state. Requests without a reply are not repeated.
    pub(super) fn redis_restarts(&mut self) {
        for node in 0..NODES {
            self.breaks(node);
        }
        self.redis = if self.dice.bool() { Redis::default() } else { self.saved.clone() };
        let newest = self.redis.newest;
        for (id, _, is_lost) in &mut self.order {
            *is_lost |= Some(*id) > newest;
        }
        for person in &mut self.people {
            person.unanswered.clear();
        }
        // A server that died earlier is dead in the restored state too.
        let is_dead = |member: &str| !self.nodes.iter().any(|node| is_of_node(member, &node.name));
        self.redis.members.retain(|_, member| !is_dead(member));
    }
}

fn asker_of(request: &LogRequest) -> Option<Requester> {
    match request {
        LogRequest::Append { requester, .. } => requester.clone(),
        LogRequest::PrivateMessage { requester, .. } | LogRequest::Remember { requester, .. } => {
            Some(requester.clone())
        }
        _ => None,
    }
}
