//! To whom a message goes.

use super::frame::Recipients;
use super::frame::broadcast::{RowId, To};
use super::members::{Client, is_anonymous};

/// The largest integer up to which JavaScript's numbers say each one.
const MAX_SAFE_INTEGER: u64 = 9_007_199_254_740_991;

/// What a private message can be addressed to, with [`Channel::message_to`](crate::Channel::message_to): on Realtime V1 a
/// socket, by its id or as a [`Client`]; on Realtime V2 a user with every socket, as a [`Client`] or a [`User`].
///
/// ```no_run,standalone_crate
/// # fn demo(channel: xano_wasm::Channel) -> Result<(), xano_wasm::SendError> {
/// for client in channel.get_presence() {
///     channel.message_to(&client, &"psst")?;
/// }
/// # Ok(())
/// # }
/// ```
pub trait Address: sealed::Address {}

/// A user of the workspace, on Realtime V2.
///
/// ```no_run,standalone_crate
/// # fn demo(channel: xano_wasm::Channel) -> Result<(), xano_wasm::SendError> {
/// let jill = xano_wasm::User { dbo_id: 5, row_id: "7".into() };
/// channel.message_to(&jill, &"psst")
/// # }
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct User {
    /// The auth table.
    pub dbo_id: i64,
    /// The row in it.
    pub row_id: String,
}

impl<'a> Recipient<'a> {
    /// As V1 has it; none where it has no such recipients.
    pub(super) fn on_v1(self) -> Option<Recipients<'a>> {
        match self {
            Recipient::Everyone => Some(Recipients::default()),
            Recipient::Authenticated => Some(Recipients { authenticated: true, ..Recipients::default() }),
            Recipient::Socket(socket_id) => Some(Recipients { socket_id: Some(socket_id), ..Recipients::default() }),
            Recipient::User { .. } => None,
        }
    }

    /// As V2 has it, everyone or one user; none where it has no such recipients. The service takes what has no usable address
    /// for a message to everyone.
    pub(super) fn on_v2(self) -> Option<Option<To<'a>>> {
        match self {
            Recipient::Everyone => Some(None),
            Recipient::User { dbo_id, row_id } if !is_anonymous(row_id) => {
                let number = row_id.parse().ok().filter(|&number| number <= MAX_SAFE_INTEGER);
                Some(Some(To { dbo_id, row_id: number.map_or(RowId::Text(row_id), RowId::Number) }))
            }
            Recipient::Authenticated | Recipient::Socket(_) | Recipient::User { .. } => None,
        }
    }
}

mod sealed {
    /// Who gets a message.
    #[derive(Clone, Copy)]
    pub enum Recipient<'a> {
        Everyone,
        /// The authenticated members of a channel of V1.
        Authenticated,
        Socket(&'a str),
        User {
            dbo_id: i64,
            row_id: &'a str,
        },
    }

    pub trait Address {
        fn recipient(&self) -> Recipient<'_>;
    }
}
pub(super) use sealed::Recipient;

impl Address for str {}
impl sealed::Address for str {
    fn recipient(&self) -> Recipient<'_> {
        Recipient::Socket(self)
    }
}

impl Address for String {}
impl sealed::Address for String {
    fn recipient(&self) -> Recipient<'_> {
        Recipient::Socket(self)
    }
}

impl Address for Client {}
impl sealed::Address for Client {
    fn recipient(&self) -> Recipient<'_> {
        match &self.id {
            Some(row_id) => Recipient::User { dbo_id: self.permissions.dbo_id, row_id },
            None => Recipient::Socket(&self.socket_id),
        }
    }
}

impl Address for User {}
impl sealed::Address for User {
    fn recipient(&self) -> Recipient<'_> {
        Recipient::User { dbo_id: self.dbo_id, row_id: &self.row_id }
    }
}

#[cfg(test)]
mod tests {
    use super::{Recipient, RowId};

    #[test]
    fn a_recipient_that_the_version_does_not_know_is_none_and_never_everyone() {
        let user = Recipient::User { dbo_id: 5, row_id: "7" };
        assert!(user.on_v1().is_none());
        let to = user.on_v2().flatten().expect("an address");
        assert!(matches!(to.row_id, RowId::Number(7)));
        for row_id in ["", "0"] {
            assert!(Recipient::User { dbo_id: 0, row_id }.on_v2().is_none());
        }
        assert!(Recipient::Authenticated.on_v2().is_none());
        assert!(Recipient::Socket("jill").on_v2().is_none());
    }

    #[test]
    fn a_row_that_javascript_has_no_number_for_is_a_text() {
        for row_id in ["9007199254740993", "018f-uuid"] {
            let to = Recipient::User { dbo_id: 5, row_id }.on_v2().flatten().expect("an address");
            assert!(matches!(to.row_id, RowId::Text(text) if text == row_id));
        }
    }
}
