//! What Redis does in one step.

use std::sync::atomic::{AtomicU64, Ordering};

use redis::{Cmd, Script, cmd};
use serde_json::Value as Json;

use super::keys::{self, ChannelKeys, NODES, Names, channels_of};
use crate::hub::{MessageId, Outcome};

/// The scripts, by what they do.
#[derive(Debug)]
pub(super) struct Scripts {
    say: Step,
    whisper: Step,
    join: Step,
    leave: Step,
    open: Step,
}

#[derive(Debug)]
struct Step {
    code: &'static str,
    hash: String,
}

/// Builds the commands of one server.
#[derive(Clone, Copy, Debug)]
pub(super) struct Commands<'a> {
    pub(super) scripts: &'a Scripts,
    pub(super) names: &'a Names,
    pub(super) node: &'a str,
    pub(super) epochs: &'a Epochs,
}

/// The names of new epochs. Redis may forget a channel at any time, so no name is offered twice: else a channel that is
/// made again would be taken for the one that it was.
#[derive(Debug)]
pub(super) struct Epochs {
    prefix: String,
    offered: AtomicU64,
}

impl Epochs {
    /// The prefix is nobody else's.
    pub(super) fn new(prefix: String) -> Epochs {
        Epochs { prefix, offered: AtomicU64::new(0) }
    }

    fn next(&self) -> String {
        format!("{}-{}", self.prefix, self.offered.fetch_add(1, Ordering::Relaxed))
    }
}

impl Scripts {
    pub(super) fn new() -> Scripts {
        Scripts {
            say: Step::new(include_str!("scripts/say.lua")),
            whisper: Step::new(include_str!("scripts/whisper.lua")),
            join: Step::new(include_str!("scripts/join.lua")),
            leave: Step::new(include_str!("scripts/leave.lua")),
            open: Step::new(include_str!("scripts/open.lua")),
        }
    }

    /// What makes them known to a Redis.
    pub(super) fn load(&self) -> [Cmd; 5] {
        [&self.say, &self.whisper, &self.join, &self.leave, &self.open].map(|step| {
            let mut command = cmd("SCRIPT");
            command.arg("LOAD").arg(step.code);
            command
        })
    }
}

impl Step {
    fn new(code: &'static str) -> Step {
        Step { code, hash: Script::new(code).get_hash().to_owned() }
    }
}

impl Commands<'_> {
    pub(super) fn say(&self, channel: &str, entry: &str, keep: usize, key: Option<&str>) -> Cmd {
        let keys = ChannelKeys::of(channel);
        let outcome = key.map(|key| keys.outcome(key));
        let mut command = evaluate(&self.scripts.say, 3 + usize::from(outcome.is_some()));
        command.arg(keys.state()).arg(keys.said()).arg(keys.members()).arg(outcome);
        command.arg(entry).arg(kept(keep)).arg(kept_ms(keep)).arg(self.epochs.next());
        command.arg(self.names.notices(channel)).arg(KEY_MS);
        command
    }

    pub(super) fn whisper(&self, channel: &str, outcome: Outcome, key: Option<&str>, notice: Option<&str>) -> Cmd {
        let outcome_key = key.map(|key| ChannelKeys::of(channel).outcome(key));
        let mut command = evaluate(&self.scripts.whisper, usize::from(outcome_key.is_some()));
        command.arg(outcome_key).arg(outcome_text(outcome)).arg(KEY_MS).arg(self.names.notices(channel)).arg(notice);
        command
    }

    /// This server is one of them, to be cleared up after when it is gone: others who took it for dead may have forgotten.
    pub(super) fn enlist(&self) -> Cmd {
        let mut command = cmd("SADD");
        command.arg(NODES).arg(self.node);
        command
    }

    /// This server has members on these channels, or is about to.
    pub(super) fn note<'c>(&self, channels: impl IntoIterator<Item = &'c str>) -> Cmd {
        let mut command = cmd("SADD");
        command.arg(channels_of(self.node));
        for channel in channels {
            command.arg(channel);
        }
        command
    }

    /// And has none any more.
    pub(super) fn forget(&self, channel: &str) -> Cmd {
        let mut command = cmd("SREM");
        command.arg(channels_of(self.node)).arg(channel);
        command
    }

    pub(super) fn join(&self, channel: &str, socket_id: &str, member: &str, keep: usize) -> Cmd {
        let keys = ChannelKeys::of(channel);
        let mut command = evaluate(&self.scripts.join, 2);
        command.arg(keys.state()).arg(keys.members());
        command.arg(socket_id).arg(quoted(socket_id)).arg(member).arg(kept_ms(keep)).arg(self.epochs.next());
        command.arg(self.names.notices(channel));
        command
    }

    pub(super) fn leave(&self, channel: &str, socket_id: &str) -> Cmd {
        let keys = ChannelKeys::of(channel);
        let mut command = evaluate(&self.scripts.leave, 2);
        command.arg(keys.state()).arg(keys.members());
        command.arg(socket_id).arg(quoted(socket_id)).arg(self.names.notices(channel));
        command
    }

    pub(super) fn open(&self, channel: &str, after: Option<MessageId>, known: &str, keep: usize) -> Cmd {
        let keys = ChannelKeys::of(channel);
        let mut command = evaluate(&self.scripts.open, 3);
        command.arg(keys.state()).arg(keys.said()).arg(keys.members());
        command.arg(keys::from(after)).arg(known).arg(self.epochs.next()).arg(kept_ms(keep));
        command
    }

    /// The channel is in use, so it is kept.
    pub(super) fn touch(channel: &str, keep: usize) -> [Cmd; 3] {
        let keys = ChannelKeys::of(channel);
        [keys.state(), keys.said(), keys.members()].map(|key| {
            let mut command = cmd("PEXPIRE");
            command.arg(key).arg(kept_ms(keep));
            command
        })
    }
}

/// How it is remembered what came of a message that takes no place.
fn outcome_text(outcome: Outcome) -> String {
    match outcome {
        Outcome { is_dropped: true, .. } => DROPPED.to_owned(),
        Outcome { id: Some(id), .. } => id.to_string(),
        Outcome { id: None, .. } => WHISPERED.to_owned(),
    }
}

pub(super) fn outcome_of(text: &str) -> Outcome {
    Outcome { id: MessageId::parse(text), is_dropped: text == DROPPED }
}

fn evaluate(step: &Step, keys: usize) -> Cmd {
    let mut command = cmd("EVALSHA");
    command.arg(&step.hash).arg(keys);
    command
}

fn quoted(text: &str) -> String {
    Json::from(text).to_string()
}

/// A few more than clients see: they tell a server that was cut off for a moment what it missed.
fn kept(history: usize) -> usize {
    history.max(KEPT_FOR_SERVERS) + 1
}

/// Counted from the last use.
fn kept_ms(history: usize) -> u64 {
    if history == 0 { UNKEPT_MS } else { KEPT_MS }
}

const WHISPERED: &str = "whispered";
const DROPPED: &str = "dropped";
const KEPT_FOR_SERVERS: usize = 100;
const UNKEPT_MS: u64 = 60_000;
const KEPT_MS: u64 = 7 * 24 * 60 * 60 * 1_000;
const KEY_MS: u64 = 120_000;
