//! What streams and histories hand out.

use serde::de::DeserializeOwned;
use wasm_bindgen::JsValue;
use xano_realtime_protocol as protocol;

use super::codec::decode;
use super::delivery::Delivery;
use super::error::{DecodeError, ServerError};
use super::frame::{RawFields, RawFrame};
use super::members::Client;
use super::received::{Reads, Received};

/// A message of a member of the channel. On Realtime V2 also what the workspace has published.
///
/// On a channel of Realtime V2 that delivers at least once, a message is acknowledged when the last clone of it in the last
/// stream is dropped, in the order in which the messages came: keep it until its work is done.
///
/// ```no_run,standalone_crate
/// # fn demo(message: xano_wasm::Message<String>) {
/// let whispered = if message.is_private { " (to you alone)" } else { "" };
/// println!("{}{whispered}", message.payload);
/// # }
/// ```
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Message<T> {
    /// What it says.
    pub payload: T,
    /// Who sent it. Realtime V2 does not say.
    pub client: Option<Client>,
    /// Whether it is for this client's socket alone.
    pub is_private: bool,
    /// Whether it is for authenticated members alone.
    pub is_authenticated: bool,
    /// Names it, on servers that count what is said.
    pub id: Option<String>,
    /// Whether it came while there was no connection, and was recovered.
    pub replayed: bool,
    /// Realtime V2: which message of the channel it is.
    pub message_type: Option<String>,
    /// Realtime V2: whether it is one of the transcript, which comes behind a join.
    pub conversation: bool,
    /// Realtime V2: when a message of the transcript was sent, in seconds since 1970.
    pub ts: Option<u64>,
    delivery: Option<Delivery>,
}

impl<T> Message<T> {
    /// Says that its work has failed: it is not acknowledged, and neither is what came behind it. The service sends it again
    /// behind the next join; what was handled meanwhile is not handed out again. After three failures the streams of the
    /// channel get [`ReceiveError::Poisoned`](crate::ReceiveError::Poisoned), and it is acknowledged. Where no
    /// acknowledgement is awaited, this has no effect.
    ///
    /// ```no_run,standalone_crate
    /// # fn store(_: &str) -> Result<(), ()> { Ok(()) }
    /// # fn demo(message: xano_wasm::Message<String>) {
    /// if store(&message.payload).is_err() {
    ///     message.fail();
    /// }
    /// # }
    /// ```
    pub fn fail(&self) {
        if let Some(delivery) = &self.delivery {
            delivery.fail();
        }
    }
}

/// What the workspace sent to the channel with a Realtime Event function.
///
/// ```no_run,standalone_crate
/// # fn demo(event: xano_wasm::Event<u32>) {
/// println!("score: {}", event.payload);
/// # }
/// ```
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Event<T> {
    /// What it says.
    pub payload: T,
    /// Names it, on servers that count what is said.
    pub id: Option<String>,
    /// Whether it came while there was no connection, and was recovered.
    pub replayed: bool,
}

/// What became of a message that was published, and that the server has taken.
///
/// ```no_run,standalone_crate
/// # async fn demo(channel: xano_wasm::Channel) -> Result<(), xano_wasm::PublishError> {
/// let published = channel.publish(&"Assemble!").await?;
/// println!("{:?}", published.id);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Published {
    /// Names it, on servers that count what is said; private messages have no name.
    pub id: Option<String>,
    /// Whether the workspace has dropped it: a trigger, or on Realtime V2 its message handler.
    pub dropped: bool,
    /// Realtime V2: how many clients got it on the sender's node of the service.
    pub delivered: Option<u64>,
}

/// What an `error` says.
pub(super) fn refusal(frame: &RawFrame) -> ServerError {
    let message = frame.said(RawFields::message).as_string();
    ServerError {
        message: message.unwrap_or_else(|| "without a word".to_owned()),
        code: frame.said(RawFields::code).as_string(),
        retry_after: count(&frame.said(RawFields::retry_after)),
    }
}

/// The messages of a `history`, each as far as it fits.
pub(super) fn kept<T: DeserializeOwned>(
    frame: &RawFrame,
) -> impl Iterator<Item = Result<Message<T>, DecodeError>> + use<T> {
    let messages = frame.entries().filter(|entry| entry.kind() == Some(protocol::Action::Message));
    messages.map(|entry| message(&Received::on_v1(&entry, false), Reads::Payload))
}

pub(super) fn message<T: DeserializeOwned>(received: &Received, reads: Reads) -> Result<Message<T>, DecodeError> {
    let frame = &received.frame;
    let is_v2 = received.is_v2();
    Ok(Message {
        payload: received.content(reads)?,
        client: frame.client().filter(|_| !is_v2).and_then(|client| Client::read(&client)),
        is_private: frame.option(RawFields::socket_id).is_string(),
        is_authenticated: frame.option(RawFields::authenticated) == true,
        id: received.id(),
        replayed: received.replayed,
        message_type: frame.top(RawFields::message_type).as_string().filter(|_| is_v2),
        conversation: is_v2 && frame.top(RawFields::conversation) == true,
        ts: Some(frame.top(RawFields::ts)).filter(|_| is_v2).and_then(|ts| count(&ts)),
        delivery: received.delivery.clone(),
    })
}

pub(super) fn event<T: DeserializeOwned>(received: &Received, _: Reads) -> Result<Event<T>, DecodeError> {
    let payload = decode(received.frame.said(RawFields::data))?;
    Ok(Event { payload, id: received.id(), replayed: received.replayed })
}

/// What an answer says of the message that was published.
pub(super) fn published(frame: &RawFrame) -> Published {
    let id = frame.option(RawFields::id).as_string().or_else(|| frame.said(RawFields::id).as_string());
    let delivered = count(&frame.said(RawFields::delivered_local));
    Published { id, dropped: frame.said(RawFields::dropped) == true, delivered }
}

/// A number of seconds or of clients; none where it is none.
pub(super) fn count(value: &JsValue) -> Option<u64> {
    value.as_f64().filter(|&number| number >= 0.0).map(|number| number as u64)
}
