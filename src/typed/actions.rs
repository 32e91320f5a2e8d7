//! The actions that a channel hands out, as values of one type, and their names.

use serde::de::DeserializeOwned;
use wasm_bindgen::JsValue;
use xano_realtime_protocol as protocol;

use super::error::DecodeError;
use super::frame::RawFrame;
use super::items::{Client, Event, Message, change, event, kept, message, present};

/// Anything that is received on a channel.
///
/// ```no_run,standalone_crate
/// # fn demo(action: xano_wasm::Action<String>) {
/// use xano_wasm::Action;
/// match action {
///     Action::Message(message) => println!("{}", message.payload),
///     Action::Arrived(client) => println!("{} is here", client.socket_id),
///     _ => {}
/// }
/// # }
/// ```
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Action<T> {
    /// The channel is joined.
    Joined,
    /// The channel is left.
    Left,
    /// A member's message.
    Message(Message<T>),
    /// The workspace's event.
    Event(Event<T>),
    /// The kept messages, oldest first, each as far as it fits: after joining with `history(true)`, or asked for.
    History(Vec<Result<Message<T>, DecodeError>>),
    /// All members, after joining with `presence(true)`.
    Present(Vec<Client>),
    /// A member has joined.
    Arrived(Client),
    /// A member has left.
    Departed(Client),
    /// An action that this client does not know.
    Other {
        /// What it calls itself.
        name: String,
        /// The whole frame.
        raw: JsValue,
    },
}

/// The name of an action that a channel hands out, for [`Channel::on`](crate::Channel::on).
///
/// ```no_run,standalone_crate
/// # fn demo(channel: xano_wasm::Channel) {
/// use xano_wasm::{Action, ActionName};
/// let subscription = channel.on(ActionName::PresenceUpdate, |change: Result<Action<()>, _>| println!("{change:?}"));
/// # }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ActionName {
    /// `event`: [`Action::Event`].
    Event,
    /// `history`: [`Action::History`].
    History,
    /// `join`: [`Action::Joined`].
    Join,
    /// `leave`: [`Action::Left`].
    Leave,
    /// `message`: [`Action::Message`].
    Message,
    /// `presence_full`: [`Action::Present`].
    PresenceFull,
    /// `presence_update`: [`Action::Arrived`] and [`Action::Departed`].
    PresenceUpdate,
}

impl ActionName {
    pub(super) fn of_protocol(self) -> protocol::Action {
        match self {
            ActionName::Event => protocol::Action::Event,
            ActionName::History => protocol::Action::History,
            ActionName::Join => protocol::Action::Join,
            ActionName::Leave => protocol::Action::Leave,
            ActionName::Message => protocol::Action::Message,
            ActionName::PresenceFull => protocol::Action::PresenceFull,
            ActionName::PresenceUpdate => protocol::Action::PresenceUpdate,
        }
    }
}

pub(super) fn action<T: DeserializeOwned>(frame: &RawFrame, replayed: bool) -> Result<Action<T>, DecodeError> {
    use protocol::Action as Kind;
    let known = match frame.kind() {
        Some(Kind::Join) => Some(Action::Joined),
        Some(Kind::Leave) => Some(Action::Left),
        Some(Kind::Message) => Some(Action::Message(message(frame, replayed)?)),
        Some(Kind::Event) => Some(Action::Event(event(frame, replayed)?)),
        Some(Kind::History) => Some(Action::History(kept(frame).collect())),
        Some(Kind::PresenceFull) => Some(Action::Present(present(frame))),
        Some(Kind::PresenceUpdate) => change(frame).map(|(came, client)| match came {
            true => Action::Arrived(client),
            false => Action::Departed(client),
        }),
        _ => None,
    };
    Ok(known.unwrap_or_else(|| Action::Other { name: frame.name(), raw: frame.clone().into() }))
}
