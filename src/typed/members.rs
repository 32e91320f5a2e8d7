//! Who is on a channel, and how one of them is addressed.

use js_sys::Number;
use serde::de::DeserializeOwned;
use wasm_bindgen::{JsCast, JsValue};
use xano_realtime_protocol::v2::Action;

use super::codec::decode;
use super::error::DecodeError;
use super::frame::{RawFields, RawFrame, field_of, list};
use super::items::count;

/// One socket, as presence lists and messages show it. On Realtime V2 it is one user, with however many sockets; each
/// anonymous socket is one.
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
    /// Names the socket, and is the address of private messages. Empty on Realtime V2.
    pub socket_id: String,
    /// Which database row the user is. On Realtime V2 a row whose name is no number is told by `id` alone.
    pub permissions: Permissions,
    /// Realtime V2: the row of the user, as a text; `"0"` for an anonymous member.
    pub id: Option<String>,
    /// Realtime V2: when the user joined, in seconds since 1970.
    pub joined_at: Option<u64>,
    is_authenticated: bool,
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
        self.is_authenticated
    }

    /// Whether both are the same user of Realtime V2. Of anonymous members nothing says which one it is.
    fn is_identity(&self, other: &Client) -> bool {
        match (self.is_authenticated, other.is_authenticated) {
            (true, true) => self.id == other.id && self.permissions.dbo_id == other.permissions.dbo_id,
            (false, false) => true,
            _ => false,
        }
    }

    /// None where the value is no client.
    pub(super) fn read(value: &JsValue) -> Option<Client> {
        let socket_id = field_of(value, RawFields::socket_id).as_string()?;
        let permissions = field_of(value, RawFields::permissions);
        let permissions = Permissions {
            dbo_id: number(&field_of(&permissions, RawFields::dbo_id)).unwrap_or_default(),
            row_id: number(&field_of(&permissions, RawFields::row_id)).unwrap_or_default(),
        };
        let is_authenticated = permissions != Permissions::default();
        let extras = field_of(value, RawFields::extras);
        Some(Client { socket_id, permissions, id: None, joined_at: None, is_authenticated, extras })
    }

    /// A member of Realtime V2; none where the value is no object.
    fn read_member(value: &JsValue) -> Option<Client> {
        let id = value.is_object().then(|| field_of(value, RawFields::id))?.as_string().unwrap_or_default();
        let dbo_id = number(&field_of(value, RawFields::dbo_id)).unwrap_or_default();
        Some(Client {
            socket_id: String::new(),
            permissions: Permissions { dbo_id, row_id: id.parse().unwrap_or_default() },
            joined_at: count(&field_of(value, RawFields::joined_at)),
            is_authenticated: !is_anonymous(&id),
            extras: field_of(value, RawFields::extras),
            id: Some(id),
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

/// The members of a `presence_full` of Realtime V2; none where there is no list.
pub(super) fn members(frame: &RawFrame) -> Option<Vec<Client>> {
    let members = frame.said(RawFields::members);
    members.is_array().then(|| list(&members).filter_map(|entry| Client::read_member(&entry)).collect())
}

/// Who came or went, of a frame of Realtime V2.
pub(super) fn member(frame: &RawFrame) -> Option<Client> {
    Client::read_member(&frame.said(RawFields::member))
}

/// Changes who is present, as a frame of Realtime V2 says; says whether it says anything of that.
pub(super) fn track(present: &mut Vec<Client>, frame: &RawFrame) -> bool {
    match (frame.kind_v2(), members(frame), member(frame)) {
        (Some(Action::PresenceFull), Some(all), _) => *present = all,
        (Some(Action::PresenceJoin), _, Some(comes)) => {
            // A user has one place, however often it comes; each anonymous member has one of its own.
            present.retain(|known| !comes.is_authenticated || !known.is_identity(&comes));
            present.push(comes);
        }
        (Some(Action::PresenceLeave), _, Some(goes)) => {
            // One of the anonymous members leaves: whichever.
            if let Some(index) = present.iter().position(|known| known.is_identity(&goes)) {
                present.remove(index);
            }
        }
        _ => return false,
    }
    true
}

/// Whether an id of Realtime V2 names nobody.
pub(super) fn is_anonymous(id: &str) -> bool {
    id.is_empty() || id == "0"
}

fn number(value: &JsValue) -> Option<i64> {
    value.dyn_ref::<Number>().map(|number| number.value_of() as i64)
}
