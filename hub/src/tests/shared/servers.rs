//! What servers do: they ask, are answered and hear, and break.

use std::collections::VecDeque;
use std::time::Duration;

use serde_json::json;

use super::super::driver::Driver;
use super::redis::Redis;
use super::{CHANNEL, HISTORY, NODES, World};
use crate::{Asker, Load, Post, Reply, Rows, Snapshot, is_of_node};
use crate::{Limits, Settings};

pub(super) struct Node {
    pub(super) name: String,
    pub(super) hub: Driver,
    pub(super) is_connected: bool,
    pub(super) is_listening: bool,
    pub(super) posts: VecDeque<Post>,
    pub(super) answers: VecDeque<Answered>,
    pub(super) notices: VecDeque<String>,
    pub(super) gone: Vec<Post>,
}

pub(super) enum Answered {
    Replied(Asker, Reply),
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
            hub: Driver::shared(settings, Rows::default(), &Limits::default(), &name, Load::default()),
            name,
            is_connected: true,
            is_listening: false,
            posts: VecDeque::new(),
            answers: VecDeque::new(),
            notices: VecDeque::new(),
            gone: Vec::new(),
        }
    }

    /// The next of what a server wants is done, and its answer is on its way.
    pub(super) fn asks(&mut self, node: usize) {
        if self.nodes[node].is_connected
            && let Some(post) = self.nodes[node].posts.pop_front()
        {
            let answer = if self.is_full { self.refuses(node, post) } else { self.does(node, post) };
            self.nodes[node].answers.extend(answer);
        }
    }

    /// Time passes, so that idle channels are forgotten, and what was refused is asked for again.
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
            Answered::Replied(asker, reply) => hub.replied(CHANNEL, &asker, reply),
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

    /// Some of what it wanted is done, and it does not learn what.
    pub(super) fn breaks(&mut self, node: usize) {
        if !self.nodes[node].is_connected {
            return;
        }
        for _ in 0..self.dice.usize(..4) {
            if let Some(post) = self.nodes[node].posts.pop_front() {
                let asker = asker_of(&post);
                self.does(node, post);
                self.nodes[node].answers.extend(asker.map(|asker| Answered::Replied(asker, Reply::Unavailable)));
            }
        }
        let node = &mut self.nodes[node];
        (node.is_connected, node.is_listening) = (false, false);
        node.notices.clear();
        node.answers.retain(|answer| matches!(answer, Answered::Replied(..)));
        for answer in &mut node.answers {
            if let Answered::Replied(_, reply) = answer {
                *reply = Reply::Unavailable;
            }
        }
    }

    pub(super) fn connects(&mut self, number: usize) {
        // While it cannot reach Redis, what it wants is given back.
        if self.nodes[number].is_connected {
            return;
        }
        for post in std::mem::take(&mut self.nodes[number].posts) {
            match asker_of(&post) {
                Some(asker) => self.nodes[number].answers.push_back(Answered::Replied(asker, Reply::Unavailable)),
                None if matches!(post, Post::Leave { .. }) => self.nodes[number].gone.push(post),
                None => {}
            }
        }
        for post in std::mem::take(&mut self.nodes[number].gone) {
            self.does(number, post);
        }
        let node = &mut self.nodes[number];
        node.is_connected = true;
        node.hub.doubt();
        node.posts.extend(node.hub.take_posts());
        // Where nobody is, nobody is to be known.
        if node.hub.shared_channels().is_empty() {
            self.clears_up_after(self.nodes[number].name.clone());
        }
    }

    /// Another one takes its place, and all come back some time.
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

    /// It comes back empty, or as it once was; what is not answered by then is not sent again.
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
        // Who died before is dead in that state too.
        let is_dead = |member: &str| !self.nodes.iter().any(|node| is_of_node(member, &node.name));
        self.redis.members.retain(|_, member| !is_dead(member));
    }
}

fn asker_of(post: &Post) -> Option<Asker> {
    match post {
        Post::Say { asker, .. } => asker.clone(),
        Post::Whisper { asker, .. } | Post::Remember { asker, .. } => Some(asker.clone()),
        _ => None,
    }
}
