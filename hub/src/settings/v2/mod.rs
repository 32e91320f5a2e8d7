//! The Realtime servers of V2 in the settings: each has channels, and each channel has messages.
//!
//! # Layout
//!
//! - `Servers`: the servers by their canonical.
//! - `server`, `channel`, `message`: the settings of each, with their defaults.
//! - `template`: path templates, the names of channels.
//! - `index`: finds the template that a name matches.
//! - `input`: the types of path parameters and of payloads.
//! - `lenient`: the keys of Xano's exports that have no effect.
//! - `text`: names, and words of a fixed list.
//! - `error`: the place of a fault, and what is wrong there.
//!
//! # Changed settings
//!
//! Nothing in here changes after it has been parsed: other settings are another [`Settings`](crate::Settings), and all
//! that is in use keeps its `Arc` until the hub replaces it. Two servers are the same if they have the same canonical,
//! and two channels if they have the same template. So this is what the hub has to do when other settings come into
//! force:
//!
//! | what has changed | what follows |
//! |---|---|
//! | [`Settings::server`](crate::Settings::server) no longer finds a canonical, or the server is not [open](ServerSettings::is_open) any more | its sockets are closed with 1012, its channels and cursors are forgotten; a client that connects again is told the reason |
//! | [`ServerSettings::channel_for`] finds nothing for a channel in use, or another template, or refuses a parameter | its members get an error and a `leave`; transcript, stream and cursors are forgotten |
//! | the same template, other settings | the new settings hold from the next frame on, members stay; members without a token leave with an error where `anonymous_clients` was switched off, and earlier messages stay reserved for the others where it was switched on; transcript and stream shrink to the new window, and are forgotten with another `guarantee` |
//! | no difference ([`ChannelSettings`] are equal) | nothing |
//!
//! Sockets of a server whose settings change otherwise stay open.

mod channel;
mod error;
mod index;
mod input;
mod lenient;
mod message;
mod server;
mod template;
mod text;

#[cfg(test)]
mod tests;

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

pub use channel::{ChannelSettings, ChannelTriggers, Conversation, Delivery, Guarantee, Publish, RateLimit, Who};
pub use error::{NoChannel, ServersError};
pub use input::{InputField, InputType, Parameter, ParameterType, RefusedInput};
pub use message::{DeliverTo, MessageSettings, OnFailure};
pub use server::{ServerSettings, ServerTriggers};
pub use template::{Params, Template};

use error::refuse;
pub(crate) use lenient::rows;

/// The Realtime servers of a workspace.
#[derive(Debug, Default)]
pub(crate) struct Servers {
    /// In their original order.
    all: Vec<Arc<ServerSettings>>,
    by_canonical: HashMap<String, Arc<ServerSettings>>,
}

impl Servers {
    /// Checks the servers together: no two may have the same name or the same canonical.
    pub(crate) fn new(servers: Vec<ServerSettings>) -> Result<Servers, ServersError> {
        let mut all = Vec::new();
        let mut names = HashSet::new();
        let mut by_canonical = HashMap::new();
        for (index, mut server) in servers.into_iter().enumerate() {
            let place = format!("servers[{index}]");
            server.prepare(&place)?;
            if !names.insert(server.name.clone()) {
                return refuse(format!("{place}.name"), format!("{:?} stands there twice", server.name));
            }
            let server = Arc::new(server);
            if by_canonical.insert(server.canonical.clone(), Arc::clone(&server)).is_some() {
                let why = format!("{:?} stands there twice", server.canonical);
                return refuse(format!("{place}.canonical"), why);
            }
            all.push(server);
        }
        Ok(Servers { all, by_canonical })
    }

    /// Returns the server with this canonical, switched on or not.
    pub(crate) fn get(&self, canonical: &str) -> Option<&Arc<ServerSettings>> {
        self.by_canonical.get(canonical)
    }

    /// Returns the servers in their original order.
    pub(crate) fn all(&self) -> &[Arc<ServerSettings>] {
        &self.all
    }
}
