//! The errors of V2. The service names an error by its text alone; only rate limiting adds a code.

use core::fmt;

/// The `code` of an error that refuses a frame because its sender sends too many.
pub const RATE_LIMITED: &str = "rate_limited";

const NOT_READY: &str = "Connection is not ready";
const UNKNOWN_CONNECTION: &str = "Unknown connection hash";
const UNKNOWN_MESSAGE_TYPE: &str = "Unknown message type: ";
const DIRECT_DISABLED: &str = "Direct messaging is disabled";
const INTERNAL: &str = "Internal error";
const NO_SETTINGS: &str = "No settings for channel name";

/// An error whose text is known. The texts of triggers are the workspace's own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KnownError<'a> {
    /// The service has not finished the authentication and the `connect` trigger. It dropped the frame.
    NotReady,
    /// No server has the canonical in the URL. The service closes the connection with 4401.
    UnknownConnection,
    /// The channel has no message of the broadcast's type.
    UnknownMessageType(&'a str),
    /// The channel does not let this client address users.
    DirectDisabled,
    /// The service does not know the action of the frame, or failed.
    Internal,
    /// No channel template matches the name.
    NoSettings,
}

impl<'a> KnownError<'a> {
    /// Returns the error that has this text in `payload.message`, or `None` if the text is unknown.
    pub fn from_message(message: &'a str) -> Option<KnownError<'a>> {
        Some(match message {
            NOT_READY => Self::NotReady,
            UNKNOWN_CONNECTION => Self::UnknownConnection,
            DIRECT_DISABLED => Self::DirectDisabled,
            INTERNAL => Self::Internal,
            NO_SETTINGS => Self::NoSettings,
            _ => Self::UnknownMessageType(message.strip_prefix(UNKNOWN_MESSAGE_TYPE)?),
        })
    }
}

impl fmt::Display for KnownError<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotReady => f.write_str(NOT_READY),
            Self::UnknownConnection => f.write_str(UNKNOWN_CONNECTION),
            Self::UnknownMessageType(name) => write!(f, "{UNKNOWN_MESSAGE_TYPE}{name}"),
            Self::DirectDisabled => f.write_str(DIRECT_DISABLED),
            Self::Internal => f.write_str(INTERNAL),
            Self::NoSettings => f.write_str(NO_SETTINGS),
        }
    }
}
