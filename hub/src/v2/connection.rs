//! A socket of V2: its address, its client, and whether it is ready.

use std::sync::{Arc, LazyLock};

use serde::Serialize;
use serde_json::value::{RawValue, to_raw_value};
use serde_json::{Map, Value};
use xano_realtime_protocol::frame::{Client, Permissions};

use super::joined::Joined;
use super::pending::Waiting;
use super::refusal::Refusal;
use crate::settings::v2::ServerSettings;
use crate::settings::{Settings, TriggerUrl};

/// The last segment of a socket's URL: `canonical`, or `tenant:canonical`. Tenants share settings and nothing else.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Address {
    text: Arc<str>,
    /// The length of the tenant's name; `None` without a tenant.
    tenant: Option<usize>,
}

impl Address {
    /// Parses the segment. It is split at the first colon; what is before it is a tenant only if its name is valid.
    pub fn parse(segment: &str) -> Address {
        let is_tenant = |name: &str| {
            (1..=TENANT_BYTES).contains(&name.len())
                && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
        };
        let tenant = segment.split_once(':').map(|(tenant, _)| tenant).filter(|tenant| is_tenant(tenant));
        Address { text: segment.into(), tenant: tenant.map(str::len) }
    }

    /// Returns the segment of the URL.
    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// Returns the tenant, to which a token belongs.
    pub fn tenant(&self) -> Option<&str> {
        self.tenant.and_then(|len| self.text.get(..len))
    }

    /// Returns the canonical of the server.
    pub fn canonical(&self) -> &str {
        self.tenant.and_then(|len| self.text.get(len + 1..)).unwrap_or(&self.text)
    }

    /// Returns the key of a channel: no other address has the same name under this key.
    pub(super) fn key(&self, channel: &str) -> String {
        // The address of an admitted socket has no slash.
        format!("{}/{channel}", self.text)
    }

    /// Returns the name of the channel that has this key.
    pub(super) fn name_in<'a>(&self, key: &'a str) -> &'a str {
        key.get(self.text.len() + 1..).unwrap_or_default()
    }
}

/// A client that opens a socket.
#[derive(Clone, Debug)]
pub struct Visitor {
    /// The address that it has connected to.
    pub address: Address,
    /// The user of its token, with the properties that the members of a channel see. `Ok(None)` for a client without a
    /// token; the error says why the token is not accepted.
    pub user: Result<Option<User>, String>,
}

/// The user of a token.
#[derive(Clone, Debug)]
pub struct User {
    /// The user's row in the database.
    pub row: Permissions,
    /// The properties that the members of a channel see.
    pub extras: Map<String, Value>,
}

impl From<Client> for User {
    fn from(client: Client) -> User {
        User { row: client.permissions, extras: client.extras }
    }
}

/// Whether the service handles the frames of a socket.
#[derive(Debug)]
pub(super) enum Stage {
    /// The socket has opened.
    Opened(Result<Option<User>, String>),
    /// The `connect` trigger is asked.
    Asked,
    Ready,
    /// The socket is about to be closed.
    Refused,
}

/// An open socket.
#[derive(Debug)]
pub(super) struct Connection {
    pub(super) address: Address,
    pub(super) stage: Stage,
    /// The server; `None` until the socket is authenticated.
    pub(super) server: Option<Arc<ServerSettings>>,
    /// The user; `None` for an anonymous client, and until the socket is authenticated.
    pub(super) user: Option<Permissions>,
    /// The client as handlers and triggers see it.
    pub(super) client: Arc<RawValue>,
    /// The user's properties as the members of a channel see them.
    pub(super) extras: Arc<RawValue>,
    pub(super) channels: Joined,
    pub(super) waiting: Waiting,
}

impl Connection {
    pub(super) fn new(visitor: Visitor) -> Connection {
        let Visitor { address, user } = visitor;
        Connection {
            channels: Joined::at(&address),
            address,
            stage: Stage::Opened(user),
            server: None,
            user: None,
            client: Arc::clone(&ANONYMOUS),
            extras: Arc::clone(&NO_EXTRAS),
            waiting: Waiting::default(),
        }
    }

    /// Checks whether the settings and the token admit the socket. Returns the trigger that must be asked too.
    pub(super) fn authenticate(&mut self, settings: &Settings) -> Result<Option<TriggerUrl>, Refusal> {
        let Stage::Opened(user) = std::mem::replace(&mut self.stage, Stage::Refused) else {
            return Err(Refusal::NotReady);
        };
        let server = settings.server(self.address.canonical()).ok_or(Refusal::UnknownConnection)?;
        if !server.enabled {
            return Err(Refusal::Disabled);
        }
        if !server.is_open() {
            return Err(Refusal::NoActiveChannel);
        }
        // guess: bad-token
        match user.map_err(|why| Refusal::Shared(crate::Refusal::TokenNotAccepted(why)))? {
            Some(user) => self.identify(&user),
            None if !server.admits_anonymous() => return Err(Refusal::AuthenticationRequired),
            None => {}
        }
        self.server = Some(Arc::clone(server));
        Ok(server.triggers.connect.clone())
    }

    pub(super) fn is_ready(&self) -> bool {
        matches!(self.stage, Stage::Ready)
    }

    /// Takes over the user of an accepted token.
    fn identify(&mut self, user: &User) {
        self.user = Some(user.row);
        self.client = client(user.row, &user.extras);
        self.extras = raw(&user.extras);
    }
}

/// An anonymous client as handlers and triggers see it.
static ANONYMOUS: LazyLock<Arc<RawValue>> = LazyLock::new(|| client(Permissions::default(), &Map::new()));

/// The properties of an anonymous client, as the original encodes an empty list of properties. (guess: anonymous-id)
static NO_EXTRAS: LazyLock<Arc<RawValue>> = LazyLock::new(|| raw(&[(); 0]));

fn client(permissions: Permissions, extras: &Map<String, Value>) -> Arc<RawValue> {
    #[derive(Serialize)]
    struct Client<'a> {
        extras: &'a Map<String, Value>,
        permissions: Permissions,
    }
    raw(&Client { extras, permissions })
}

fn raw(value: &impl Serialize) -> Arc<RawValue> {
    to_raw_value(value).unwrap_or_else(|_| RawValue::NULL.to_owned()).into()
}

/// The length of the longest name of a tenant. It is part of the key of each of the tenant's channels.
const TENANT_BYTES: usize = 128;

#[cfg(test)]
mod tests {
    use super::Address;

    #[test]
    fn an_address_is_split_at_the_first_colon_if_a_tenant_can_have_the_name_before_it() {
        let parts = |segment| {
            let address = Address::parse(segment);
            (address.tenant().map(str::to_owned), address.canonical().to_owned())
        };
        let with_tenant = |tenant: &str, canonical: &str| (Some(tenant.to_owned()), canonical.to_owned());
        assert_eq!(parts("rtmain01"), (None, "rtmain01".to_owned()));
        assert_eq!(parts("acme-2:rtmain01"), with_tenant("acme-2", "rtmain01"));
        assert_eq!(parts("acme:rt:main"), with_tenant("acme", "rt:main"));
        let long = format!("{}:rtmain01", "a".repeat(129));
        for no_tenant in [":rtmain01", "a_b:rtmain01", "a/b:rtmain01", &long] {
            assert_eq!(parts(no_tenant), (None, no_tenant.to_owned()));
        }
    }
}
