//! The settings of a channel.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::error::{NoChannel, ServersError, refuse};
use super::input::Parameter;
use super::lenient::{group, rows};
use super::message::MessageSettings;
use super::template::{Params, Template};
use super::text::word;
use crate::settings::TriggerUrl;

/// The channels that match a template.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, expecting = "an object")]
pub struct ChannelSettings {
    /// The template of the names.
    pub name: Template,
    /// A note for people, without effect.
    #[serde(default)]
    pub description: String,
    /// Whether the channel is in use. A channel that is switched off is ignored.
    #[serde(default = "yes")]
    pub active: bool,
    /// The types of the parameters. A parameter without one is a text.
    #[serde(default, deserialize_with = "rows")]
    pub input: Vec<Parameter>,
    /// Whether clients without a token may join.
    #[serde(default)]
    pub anonymous_clients: bool,
    /// Whether members receive the presence list and its updates.
    #[serde(default)]
    pub presence: bool,
    /// Who may send.
    #[serde(default, deserialize_with = "group")]
    pub publish: Publish,
    /// The transcript, which a client receives when it joins.
    #[serde(default, deserialize_with = "group")]
    pub conversation: Conversation,
    /// How messages are delivered.
    #[serde(default, deserialize_with = "group")]
    pub delivery: Delivery,
    /// The bound on what one identity may send.
    #[serde(default, deserialize_with = "group")]
    pub rate_limit: RateLimit,
    /// The URLs that are called when a client joins and leaves, and for each recipient.
    #[serde(default, deserialize_with = "group")]
    pub triggers: ChannelTriggers,
    /// The message handlers in their original order, switched on or not.
    #[serde(default, deserialize_with = "rows")]
    messages: Vec<Arc<MessageSettings>>,
    /// The active message handlers.
    #[serde(skip)]
    active_messages: HashMap<String, Arc<MessageSettings>>,
}

/// Who may send to a channel.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default, expecting = "an object")]
pub struct Publish {
    /// The clients that may send to the channel.
    #[serde(deserialize_with = "word")]
    pub who: Who,
    /// Whether authenticated clients may send direct messages. It takes the place of `who` for these.
    pub direct: bool,
}

/// The clients that may send.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Who {
    /// No client. The workspace may still publish.
    #[default]
    Nobody,
    /// Clients with a token.
    Authenticated,
    /// All clients.
    Anyone,
}

/// The transcript of a channel.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default, expecting = "an object")]
pub struct Conversation {
    /// Whether there is a transcript.
    pub enabled: bool,
    /// The number of messages that are kept. With 0, nothing is kept.
    pub limit: u32,
    /// The seconds of silence after which everything is forgotten. 0: never.
    pub ttl: u32,
}

/// How the messages of a channel are delivered.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default, expecting = "an object")]
pub struct Delivery {
    /// Whether a message that was not acknowledged comes again.
    #[serde(deserialize_with = "word")]
    pub guarantee: Guarantee,
    /// Whether the `deliver` trigger is asked for each recipient.
    pub per_recipient: bool,
}

/// Whether messages come again.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Guarantee {
    /// A message is sent to the members of the moment, once.
    #[default]
    AtMostOnce,
    /// A message has an id, and comes again until it is acknowledged.
    AtLeastOnce,
}

/// The bound on what one identity may send to a channel.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default, expecting = "an object")]
pub struct RateLimit {
    /// The number of messages in a minute. 0: no bound.
    pub messages_per_minute: u32,
}

/// The triggers of a channel.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default, expecting = "an object")]
pub struct ChannelTriggers {
    /// The URL that admits or denies a join.
    pub join: Option<TriggerUrl>,
    /// The URL that is told that a client has left.
    pub leave: Option<TriggerUrl>,
    /// The URL that is asked for each recipient, where `per_recipient` is set.
    pub deliver: Option<TriggerUrl>,
}

impl ChannelSettings {
    /// Returns the active message handler with this name.
    pub fn message(&self, name: &str) -> Option<&Arc<MessageSettings>> {
        self.active_messages.get(name)
    }

    /// Returns the parameters of a name that matches the template, if their values have the right types.
    pub(super) fn params_of(&self, name: &str) -> Result<Params, NoChannel> {
        let params = self.name.params_of(name);
        for (name, value) in params.iter() {
            let kind = self.input.iter().find(|input| input.name == name).map(|input| input.kind);
            if let Some(kind) = kind.filter(|kind| !kind.accepts(value)) {
                return Err(NoChannel::Parameter { name: name.to_owned(), kind });
            }
        }
        Ok(params)
    }

    /// Checks the fields together, and indexes the active message handlers.
    pub(super) fn prepare(&mut self, place: &str) -> Result<(), ServersError> {
        let mut typed = HashSet::new();
        for (at, input) in self.input.iter().enumerate() {
            let place = || format!("{place}.input[{at}].name");
            if !self.name.parameters().any(|name| name == input.name) {
                return refuse(place(), format!("{:?} has no parameter {{{}}}", self.name.as_str(), input.name));
            }
            if !typed.insert(&input.name) {
                return refuse(place(), format!("{:?} stands there twice", input.name));
            }
        }
        let mut names = HashSet::new();
        for (at, message) in self.messages.iter().enumerate() {
            let place = format!("{place}.messages[{at}]");
            message.check(&place)?;
            if !names.insert(&message.name) {
                return refuse(format!("{place}.name"), format!("{:?} stands there twice", message.name));
            }
            if message.active {
                self.active_messages.insert(message.name.clone(), Arc::clone(message));
            }
        }
        Ok(())
    }
}

fn yes() -> bool {
    true
}
