//! What streams and histories hand out.

use js_sys::Number;
use serde::de::DeserializeOwned;
use wasm_bindgen::{JsCast, JsValue};
use xano_realtime_protocol as protocol;

use super::codec::decode;
use super::error::{DecodeError, ServerError};
use super::frame::{RawFields, RawFrame, field_of, list};

/// A message of a member of the channel.
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
    /// Who sent it.
    pub client: Option<Client>,
    /// Whether it is for this client's socket alone.
    pub is_private: bool,
    /// Whether it is for authenticated members alone.
    pub is_authenticated: bool,
    /// Names it, on servers that count what is said.
    pub id: Option<String>,
    /// Whether it came while there was no connection, and was recovered.
    pub replayed: bool,
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
    /// Whether a trigger of the workspace has dropped it.
    pub dropped: bool,
}

/// One socket, as presence lists and messages show it.
///
/// ```no_run,standalone_crate
/// # fn demo(client: xano_wasm::Client) -> Result<(), xano_wasm::DecodeError> {
/// #[derive(serde::Deserialize)]
/// struct User {
///     name: String,
/// }
/// if client.is_authenticated() {
///     println!("{}", client.extras::<User>()?.name);
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Client {
    /// Names the socket, and is the address of private messages.
    pub socket_id: String,
    /// Which database row the user is.
    pub permissions: Permissions,
    extras: JsValue,
}

/// Which database row a user is. Both zero: anonymous.
///
/// ```no_run,standalone_crate
/// assert_eq!(xano_wasm::Permissions::default().row_id, 0);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Permissions {
    /// The auth table.
    pub dbo_id: i64,
    /// The row in it.
    pub row_id: i64,
}

impl Client {
    /// What the token says about the user.
    ///
    /// # Errors
    ///
    /// When that does not fit the type.
    pub fn extras<T: DeserializeOwned>(&self) -> Result<T, DecodeError> {
        decode(self.extras.clone())
    }

    /// Whether a token says who this is.
    pub fn is_authenticated(&self) -> bool {
        self.permissions != Permissions::default()
    }

    /// None where the value is no client.
    pub(super) fn read(value: &JsValue) -> Option<Client> {
        let socket_id = field_of(value, RawFields::socket_id).as_string()?;
        let permissions = field_of(value, RawFields::permissions);
        let number = |value: JsValue| value.dyn_ref::<Number>().map_or(0, |number| number.value_of() as i64);
        Some(Client {
            socket_id,
            permissions: Permissions {
                dbo_id: number(field_of(&permissions, RawFields::dbo_id)),
                row_id: number(field_of(&permissions, RawFields::row_id)),
            },
            extras: field_of(value, RawFields::extras),
        })
    }
}

/// The clients of a `presence_full`; none where there is no list.
pub(super) fn present(frame: &RawFrame) -> Vec<Client> {
    list(&frame.said(RawFields::presence)).filter_map(|entry| Client::read(&entry)).collect()
}

/// Who came (true) or went, of a `presence_update`.
pub(super) fn change(frame: &RawFrame) -> Option<(bool, Client)> {
    let client = Client::read(&frame.said(RawFields::presence))?;
    Some((frame.said(RawFields::change) == "join", client))
}

/// What an `error` says.
pub(super) fn refusal(frame: &RawFrame) -> ServerError {
    let message = frame.said(RawFields::message).as_string();
    ServerError {
        message: message.unwrap_or_else(|| "without a word".to_owned()),
        code: frame.said(RawFields::code).as_string(),
    }
}

/// The messages of a `history`, each as far as it fits.
pub(super) fn kept<T: DeserializeOwned>(
    frame: &RawFrame,
) -> impl Iterator<Item = Result<Message<T>, DecodeError>> + use<T> {
    let messages = frame.entries().filter(|entry| entry.kind() == Some(protocol::Action::Message));
    messages.map(|entry| message(&entry, false))
}

pub(super) fn message<T: DeserializeOwned>(frame: &RawFrame, replayed: bool) -> Result<Message<T>, DecodeError> {
    Ok(Message {
        payload: decode(frame.payload())?,
        client: frame.client().and_then(|client| Client::read(&client)),
        is_private: frame.option(RawFields::socket_id).is_string(),
        is_authenticated: frame.option(RawFields::authenticated) == true,
        id: frame.option(RawFields::id).as_string(),
        replayed,
    })
}

pub(super) fn event<T: DeserializeOwned>(frame: &RawFrame, replayed: bool) -> Result<Event<T>, DecodeError> {
    let payload = decode(frame.said(RawFields::data))?;
    Ok(Event { payload, id: frame.option(RawFields::id).as_string(), replayed })
}

/// What an answer says of the message that was published.
pub(super) fn published(frame: &RawFrame) -> Published {
    let id = frame.option(RawFields::id).as_string().or_else(|| frame.said(RawFields::id).as_string());
    Published { id, dropped: frame.said(RawFields::dropped) == true }
}
