//! The commands of the shared log. Each runs as one script, in one step.

use std::sync::atomic::{AtomicU64, Ordering};

use redis::{Cmd, Script, cmd};
use serde_json::Value as Json;

use super::redis_keys::{self, ChannelKeys, NODES, Names, OUTCOMES, channels_of};
use crate::hub::{Limits, MessageId, Outcome, Row};

/// The loaded scripts.
#[derive(Debug)]
pub(super) struct Scripts {
    say: Step,
    private_message: Step,
    join: Step,
    leave: Step,
    open: Step,
    erase: Step,
}

/// The bounds of one channel's history.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bounds {
    bytes: usize,
    age_ms: usize,
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
    pub(super) bounds: Bounds,
}

/// A generator of names for new epochs. Redis may lose a channel at any time, so a name is never used twice: otherwise
/// a recreated channel would be mistaken for the lost one.
#[derive(Debug)]
pub(super) struct Epochs {
    prefix: String,
    offered: AtomicU64,
}

impl Epochs {
    /// Creates a generator. No other server may use the same prefix.
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
            say: Step::new(concat!(include_str!("scripts/channel.lua"), include_str!("scripts/say.lua"))),
            private_message: Step::new(concat!(
                include_str!("scripts/channel.lua"),
                include_str!("scripts/private_message.lua")
            )),
            join: Step::new(include_str!("scripts/join.lua")),
            leave: Step::new(include_str!("scripts/leave.lua")),
            open: Step::new(concat!(include_str!("scripts/channel.lua"), include_str!("scripts/open.lua"))),
            erase: Step::new(concat!(include_str!("scripts/channel.lua"), include_str!("scripts/erase.lua"))),
        }
    }

    /// Returns the commands that load the scripts into Redis.
    pub(super) fn load(&self) -> [Cmd; 6] {
        [&self.say, &self.private_message, &self.join, &self.leave, &self.open, &self.erase].map(|step| {
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

impl Bounds {
    pub(super) fn new(limits: &Limits) -> Bounds {
        Bounds { bytes: limits.history_bytes_per_channel, age_ms: limits.history_age_seconds.saturating_mul(1_000) }
    }

    /// Returns the time that a channel is kept after its last use, in milliseconds.
    fn kept_ms(self, history: usize) -> usize {
        match (history, self.age_ms) {
            (0, _) => UNKEPT_MS,
            // Even without a bound on age, a channel expires after a week, so that a name that was used once is not
            // kept for ever.
            (_, usize::MAX) => KEPT_MS,
            (_, age_ms) => age_ms.max(UNKEPT_MS),
        }
    }
}

impl Commands<'_> {
    pub(super) fn say(&self, channel: &str, entry: &str, row: &Row, key: Option<&str>) -> Cmd {
        let keys = ChannelKeys::of(channel);
        let mut command = evaluate(&self.scripts.say, if key.is_some() { 6 } else { 3 });
        command.arg(keys.state()).arg(keys.said()).arg(keys.members()).arg(outcome_keys(&keys, row, key));
        command.arg(entry).arg(self.names.notices(channel)).arg(self.epochs.next());
        self.add_bounds_and_row(&mut command, row);
        command.arg(KEY_MS).arg(KEYS_OF_CHANNEL).arg(KEYS_IN_ALL);
        command
    }

    fn add_bounds_and_row(&self, command: &mut Cmd, row: &Row) {
        let Bounds { bytes, age_ms } = self.bounds;
        command.arg(self.bounds.kept_ms(row.history)).arg(kept(row.history)).arg(bytes).arg(age_ms);
        command.arg(&row.name).arg(row.settings).arg(row.history).arg(row.past.lowered).arg(row.past.lowest);
    }

    pub(super) fn private_message(
        &self,
        channel: &str,
        row: &Row,
        outcome: Outcome,
        key: Option<&str>,
        notice: Option<&str>,
    ) -> Cmd {
        let mut command = evaluate(&self.scripts.private_message, if key.is_some() { 3 } else { 0 });
        command.arg(outcome_keys(&ChannelKeys::of(channel), row, key));
        command.arg(outcome_text(outcome)).arg(self.names.notices(channel));
        command.arg(KEY_MS).arg(KEYS_OF_CHANNEL).arg(KEYS_IN_ALL).arg(notice);
        command
    }

    pub(super) fn erase(&self, channel: &str, row: &Row) -> Cmd {
        let keys = ChannelKeys::of(channel);
        let mut command = evaluate(&self.scripts.erase, 2);
        command.arg(keys.state()).arg(keys.said()).arg(&row.name).arg(row.settings).arg(self.epochs.next());
        command
    }

    /// Adds this server to the set of servers. Other servers may have removed it after declaring it dead.
    pub(super) fn enlist(&self) -> Cmd {
        let mut command = cmd("SADD");
        command.arg(NODES).arg(self.node);
        command
    }

    /// Records that this server has members on these channels, or is about to.
    pub(super) fn note<'c>(&self, channels: impl IntoIterator<Item = &'c str>) -> Cmd {
        let mut command = cmd("SADD");
        command.arg(channels_of(self.node));
        for channel in channels {
            command.arg(channel);
        }
        command
    }

    /// Records that this server has no members on a channel any more.
    pub(super) fn forget(&self, channel: &str) -> Cmd {
        let mut command = cmd("SREM");
        command.arg(channels_of(self.node)).arg(channel);
        command
    }

    pub(super) fn join(&self, channel: &str, socket_id: &str, member: &str, row: &Row) -> Cmd {
        let keys = ChannelKeys::of(channel);
        let mut command = evaluate(&self.scripts.join, 2);
        command.arg(keys.state()).arg(keys.members());
        command.arg(socket_id).arg(quoted(socket_id)).arg(member);
        command.arg(self.bounds.kept_ms(row.history)).arg(self.epochs.next());
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

    pub(super) fn open(&self, channel: &str, after: Option<MessageId>, known: &str, row: &Row) -> Cmd {
        let keys = ChannelKeys::of(channel);
        let mut command = evaluate(&self.scripts.open, 3);
        command.arg(keys.state()).arg(keys.said()).arg(keys.members());
        command.arg(redis_keys::from(after)).arg(known).arg(self.epochs.next());
        self.add_bounds_and_row(&mut command, row);
        command
    }

    /// Extends the expiry of a channel that is in use.
    pub(super) fn touch(&self, channel: &str, history: usize) -> [Cmd; 3] {
        let keys = ChannelKeys::of(channel);
        [keys.state(), keys.said(), keys.members()].map(|key| {
            let mut command = cmd("PEXPIRE");
            command.arg(key).arg(self.bounds.kept_ms(history));
            command
        })
    }
}

/// Returns the text that stores the outcome of a message without a place in the log.
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

/// Returns the number of kept entries. It is larger than clients see, so that a server that was briefly disconnected
/// can catch up.
fn kept(history: usize) -> usize {
    history.max(KEPT_FOR_SERVERS) + 1
}

/// Returns the keys for the outcome of a message: the outcome itself, and the lists that bound the number of outcomes.
fn outcome_keys(keys: &ChannelKeys, row: &Row, key: Option<&str>) -> Option<Vec<String>> {
    key.map(|key| vec![keys.outcome(&row.name, key), keys.outcomes(), OUTCOMES.to_owned()])
}

const WHISPERED: &str = "whispered";
const DROPPED: &str = "dropped";
const KEPT_FOR_SERVERS: usize = 100;
const UNKEPT_MS: usize = 60_000;
const KEPT_MS: usize = 7 * 24 * 60 * 60 * 1_000;
const KEY_MS: u64 = 120_000;
/// The bound on keys of one channel. A busy channel loses its own oldest keys and no others.
const KEYS_OF_CHANNEL: usize = 10_000;
/// The bound on all keys together. With usual keys, they take about 150 MB of Redis.
const KEYS_IN_ALL: usize = 500_000;
