//! The bounds that keep one client from costing the others their service.

use std::str::FromStr;

/// The bounds of a server. `usize::MAX` where one is switched off.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Size of the largest frame that a client may send; a larger one closes its socket with 1009.
    pub frame_bytes: usize,
    /// How many channels one socket may be on.
    pub channels_per_socket: usize,
    /// How many sockets may be open; further ones are answered 503.
    pub connections: usize,
    /// How much may wait for a client that reads slowly; above it, its socket is closed with 1013.
    pub outbox_bytes: usize,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits { frame_bytes: 262_144, channels_per_socket: 1_000, connections: 100_000, outbox_bytes: 4_194_304 }
    }
}

impl Limits {
    /// Sets one of the limits.
    pub fn set(&mut self, limit: &Limit) {
        let value = if limit.value == 0 { usize::MAX } else { limit.value };
        match limit.name {
            LimitName::FrameBytes => self.frame_bytes = value,
            LimitName::ChannelsPerSocket => self.channels_per_socket = value,
            LimitName::Connections => self.connections = value,
            LimitName::OutboxBytes => self.outbox_bytes = value,
        }
    }
}

/// One limit as the command line gives it, `NAME=VALUE`; 0 switches it off.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limit {
    name: LimitName,
    value: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum LimitName {
    FrameBytes,
    ChannelsPerSocket,
    Connections,
    OutboxBytes,
}

/// Why a limit was not taken.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum LimitError {
    /// No `=`.
    #[error("a limit is written NAME=VALUE, for example frame_bytes=65536")]
    NotAPair,
    /// Not a count.
    #[error("{0:?} is not a whole number; 0 switches the limit off")]
    NotANumber(String),
    /// Planned, and not there: taking it silently would promise a protection that is missing.
    #[error("the limit {0} is not implemented by this version; leave it out")]
    NotImplemented(String),
    /// Misspelt.
    #[error("there is no limit {0}; there are frame_bytes, channels_per_socket, connections and outbox_bytes")]
    Unknown(String),
}

impl FromStr for Limit {
    type Err = LimitError;

    fn from_str(text: &str) -> Result<Limit, LimitError> {
        let (name, value) = text.split_once('=').ok_or(LimitError::NotAPair)?;
        let name = match name.trim() {
            "frame_bytes" => LimitName::FrameBytes,
            "channels_per_socket" => LimitName::ChannelsPerSocket,
            "connections" => LimitName::Connections,
            "outbox_bytes" => LimitName::OutboxBytes,
            name if NOT_IMPLEMENTED.contains(&name) => {
                return Err(LimitError::NotImplemented(name.to_owned()));
            }
            name => return Err(LimitError::Unknown(name.to_owned())),
        };
        let value = value.trim();
        let value = value.parse().map_err(|_| LimitError::NotANumber(value.to_owned()))?;
        Ok(Limit { name, value })
    }
}

const NOT_IMPLEMENTED: [&str; 4] =
    ["messages_per_second", "message_burst", "bad_frames_per_minute", "connections_per_ip"];

#[cfg(test)]
mod tests {
    use super::{Limit, LimitError, Limits};

    #[test]
    fn a_limit_is_set_by_name_and_zero_switches_it_off() {
        let mut limits = Limits::default();
        for text in ["frame_bytes=100", "outbox_bytes=0"] {
            limits.set(&text.parse::<Limit>().unwrap());
        }
        assert_eq!((limits.frame_bytes, limits.outbox_bytes), (100, usize::MAX));
        assert_eq!(limits.connections, Limits::default().connections);
    }

    #[test]
    fn what_cannot_be_enforced_is_refused() {
        let refusals = [
            ("frame_bytes", LimitError::NotAPair),
            ("frame_bytes=-1", LimitError::NotANumber("-1".to_owned())),
            ("connections_per_ip=5", LimitError::NotImplemented("connections_per_ip".to_owned())),
            ("frames=5", LimitError::Unknown("frames".to_owned())),
        ];
        for (text, refusal) in refusals {
            assert_eq!(text.parse::<Limit>(), Err(refusal));
        }
    }
}
