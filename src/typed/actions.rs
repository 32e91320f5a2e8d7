//! The actions that a channel hands out, as values of one type, and their names.

use serde::de::DeserializeOwned;
use wasm_bindgen::JsValue;
use xano_realtime_protocol::{Action as V1, v2::Action as V2};

use super::error::DecodeError;
use super::frame::RawFields;
use super::items::{Event, Message, Published, count, event, kept, message, published};
use super::members::{Client, change, member, members, present};
use super::received::{Reads, Received};

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
    /// All members, after joining with `presence(true)`; on Realtime V2 without this client.
    Present(Vec<Client>),
    /// A member has joined.
    Arrived(Client),
    /// A member has left.
    Departed(Client),
    /// Realtime V2: the transcript of the channel begins.
    ConversationStart {
        /// How many messages follow, each with `conversation`.
        count: u64,
    },
    /// Realtime V2: the transcript is complete.
    ConversationEnd,
    /// Realtime V2: the receipt of a message that this client has sent.
    Broadcast(Published),
    /// Realtime V2: the service has noted an acknowledgement.
    Ack {
        /// Up to which message.
        cursor: String,
    },
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
    /// Realtime V2: `ack`: [`Action::Ack`].
    Ack,
    /// Realtime V2: `broadcast`: [`Action::Broadcast`].
    Broadcast,
    /// Realtime V2: `conversation_end`: [`Action::ConversationEnd`].
    ConversationEnd,
    /// Realtime V2: `conversation_start`: [`Action::ConversationStart`].
    ConversationStart,
    /// Realtime V1: `event`: [`Action::Event`].
    Event,
    /// Realtime V1: `history`: [`Action::History`].
    History,
    /// `join`: [`Action::Joined`].
    Join,
    /// `leave`: [`Action::Left`].
    Leave,
    /// `message`: [`Action::Message`].
    Message,
    /// `presence_full`: [`Action::Present`].
    PresenceFull,
    /// Realtime V2: `presence_join`: [`Action::Arrived`].
    PresenceJoin,
    /// Realtime V2: `presence_leave`: [`Action::Departed`].
    PresenceLeave,
    /// Realtime V1: `presence_update`: [`Action::Arrived`] and [`Action::Departed`].
    PresenceUpdate,
}

impl ActionName {
    pub(super) fn of_v1(kind: V1) -> Option<ActionName> {
        Some(match kind {
            V1::Event => ActionName::Event,
            V1::History => ActionName::History,
            V1::Join => ActionName::Join,
            V1::Leave => ActionName::Leave,
            V1::Message => ActionName::Message,
            V1::PresenceFull => ActionName::PresenceFull,
            V1::PresenceUpdate => ActionName::PresenceUpdate,
            _ => return None,
        })
    }

    /// Missed messages are messages.
    pub(super) fn of_v2(kind: V2) -> Option<ActionName> {
        Some(match kind {
            V2::Ack => ActionName::Ack,
            V2::Broadcast => ActionName::Broadcast,
            V2::ConversationEnd => ActionName::ConversationEnd,
            V2::ConversationStart => ActionName::ConversationStart,
            V2::Join => ActionName::Join,
            V2::Leave => ActionName::Leave,
            V2::Message | V2::Replay => ActionName::Message,
            V2::PresenceFull => ActionName::PresenceFull,
            V2::PresenceJoin => ActionName::PresenceJoin,
            V2::PresenceLeave => ActionName::PresenceLeave,
            V2::Error | V2::Ping | V2::Pong | V2::Presence => return None,
        })
    }
}

pub(super) fn action<T: DeserializeOwned>(received: &Received, reads: Reads) -> Result<Action<T>, DecodeError> {
    let frame = &received.frame;
    let known = match received.name() {
        Some(ActionName::Ack) => frame.said(RawFields::cursor).as_string().map(|cursor| Action::Ack { cursor }),
        Some(ActionName::Broadcast) => Some(Action::Broadcast(published(frame))),
        Some(ActionName::ConversationEnd) => Some(Action::ConversationEnd),
        Some(ActionName::ConversationStart) => {
            Some(Action::ConversationStart { count: count(&frame.said(RawFields::count)).unwrap_or_default() })
        }
        Some(ActionName::Event) => Some(Action::Event(event(received, reads)?)),
        Some(ActionName::History) => Some(Action::History(kept(frame).collect())),
        Some(ActionName::Join) => Some(Action::Joined),
        Some(ActionName::Leave) => Some(Action::Left),
        Some(ActionName::Message) => Some(Action::Message(message(received, reads)?)),
        Some(ActionName::PresenceFull) if received.is_v2() => members(frame).map(Action::Present),
        Some(ActionName::PresenceFull) => Some(Action::Present(present(frame))),
        Some(ActionName::PresenceJoin) => member(frame).map(Action::Arrived),
        Some(ActionName::PresenceLeave) => member(frame).map(Action::Departed),
        Some(ActionName::PresenceUpdate) => change(frame).map(|(came, client)| match came {
            true => Action::Arrived(client),
            false => Action::Departed(client),
        }),
        None => None,
    };
    Ok(known.unwrap_or_else(|| Action::Other { name: frame.name(), raw: frame.clone().into() }))
}
