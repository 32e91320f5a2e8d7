//! The limits that keep one client from exhausting the server, with their names and defaults.

use std::str::FromStr;

use crate::hub;

/// Declares [`Limits`] and its names and defaults from one list, so that they cannot differ.
macro_rules! limits {
    ($($(#[$doc:meta])* $name:ident = $default:expr,)*) => {
        /// The limits of a server. `usize::MAX` means that a limit is switched off.
        #[derive(Clone, Debug, PartialEq, Eq)]
        pub struct Limits {
            $($(#[$doc])* pub $name: usize,)*
        }

        impl Limits {
            /// The names and defaults as the command line uses them; 0 means off.
            pub const DEFAULTS: &[(&str, usize)] = &[$((stringify!($name), $default),)*];

            /// Sets one limit.
            pub fn set(&mut self, limit: &Limit) {
                match limit.name {
                    $(stringify!($name) => self.$name = unless_off(limit.value),)*
                    _ => unreachable!("every limit has a name from the list"),
                }
            }
        }

        impl Default for Limits {
            fn default() -> Limits {
                Limits { $($name: unless_off($default),)* }
            }
        }
    };
}

limits! {
    /// The size of the largest frame that a client may send. A larger frame closes the socket with 1009.
    frame_bytes = 262_144,
    /// The number of channels that one socket may join.
    channels_per_socket = HUB.channels_per_socket,
    /// The number of messages and history requests that one socket may send per second, on average.
    messages_per_second = 100,
    /// The number of messages and history requests that one socket may send at once after a pause.
    message_burst = 500,
    /// The number of refused frames per minute after which a socket is closed with 1008.
    bad_frames_per_minute = 120,
    /// The number of open sockets. Further handshakes are answered with 503.
    connections = 100_000,
    /// The number of open sockets from one address. Further handshakes are answered with 429.
    connections_per_ip = 0,
    /// The number of bytes that may wait for a slow reader. Above it, the socket is closed with 1013.
    outbox_bytes = 4_194_304,
    /// The number of bytes that one socket may send per second, on average. Further frames are refused.
    bytes_per_second = 262_144,
    /// The number of bytes that one socket may send at once after a pause.
    byte_burst = 1_048_576,
    /// The number of bytes that the histories of all channels may hold. Above it, the channel that was unused for the
    /// longest time is removed first.
    history_bytes = HUB.history_bytes,
    /// The number of bytes that the history of one channel may hold. Above it, its oldest messages are removed first.
    history_bytes_per_channel = HUB.history_bytes_per_channel,
    /// The number of seconds that a message is kept.
    history_age_seconds = HUB.history_age_seconds,
    /// The number of members that the presence list of a channel names.
    presence_members = HUB.presence_members,
    /// The number of channels that the server keeps, with and without members.
    channels = HUB.channels,
    /// The number of open connections that have not become a socket.
    unauthenticated = 1_000,
    /// The number of cursors that the server keeps for readers of at-least-once channels of V2. Above it, the cursor
    /// that was unused for the longest time is removed, and its reader starts anew.
    cursors = HUB.cursors,
    /// The number of seconds after which a V2 socket is dropped whose client has sent no frame.
    idle_seconds = 600,
}

impl Limits {
    /// Returns the limits that the hub enforces.
    pub fn of_hub(&self) -> hub::Limits {
        hub::Limits {
            channels_per_socket: self.channels_per_socket,
            presence_members: self.presence_members,
            history_bytes: self.history_bytes,
            history_bytes_per_channel: self.history_bytes_per_channel,
            history_age_seconds: self.history_age_seconds,
            channels: self.channels,
            cursors: self.cursors,
        }
    }

    /// Returns the size of the largest frame that is ever read, also when the limit is switched off. The WebSocket
    /// library allocates as much as the header of a frame announces, and a failed allocation ends the process.
    pub(crate) fn largest_frame_bytes(&self) -> usize {
        self.frame_bytes.min(LARGEST_FRAME_BYTES)
    }

    /// Returns a sentence for the operator about each pair of limits that contradict each other. The defaults have
    /// none.
    pub fn misfits(&self) -> Vec<String> {
        let burst = self.byte_burst.saturating_add(self.largest_frame_bytes());
        let mut misfits = Vec::new();
        if burst > self.outbox_bytes {
            misfits.push(format!(
                "byte_burst and frame_bytes let one sender send {} at once, and outbox_bytes lets {} wait for a reader: \
                 one sender can disconnect every reader of its channel. Raise outbox_bytes, or lower the others",
                size(burst),
                size(self.outbox_bytes)
            ));
        }
        if self.history_bytes_per_channel > self.history_bytes {
            misfits.push(format!(
                "history_bytes_per_channel is {} and history_bytes {}: one channel can remove the history of all others. \
                 Lower history_bytes_per_channel",
                size(self.history_bytes_per_channel),
                size(self.history_bytes)
            ));
        }
        if self.channels_per_socket > self.channels {
            misfits.push(format!(
                "channels_per_socket is {} and channels {}: one socket can use all channels of the server. Lower \
                 channels_per_socket",
                self.channels_per_socket, self.channels
            ));
        }
        misfits
    }
}

const HUB: hub::Limits = hub::Limits::DEFAULT;

const LARGEST_FRAME_BYTES: usize = 64 * 1024 * 1024;

fn size(bytes: usize) -> String {
    if bytes == usize::MAX { "any number of bytes".to_owned() } else { format!("{bytes} bytes") }
}

/// One limit from the command line, `NAME=VALUE`. The value 0 switches it off.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limit {
    name: &'static str,
    value: usize,
}

/// The reason why a limit was not accepted.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum LimitError {
    /// There is no `=`.
    #[error("a limit is written NAME=VALUE, for example frame_bytes=65536")]
    NotAPair,
    /// The value is not a whole number.
    #[error("{0:?} is not a whole number; 0 switches the limit off")]
    NotANumber(String),
    /// The name is unknown.
    #[error("there is no limit {0}; the limits are {names}", names = names())]
    Unknown(String),
}

impl FromStr for Limit {
    type Err = LimitError;

    fn from_str(text: &str) -> Result<Limit, LimitError> {
        let (name, value) = text.split_once('=').ok_or(LimitError::NotAPair)?;
        let (name, value) = (name.trim(), value.trim());
        let known = Limits::DEFAULTS.iter().find(|(known, _)| *known == name);
        let &(name, _) = known.ok_or_else(|| LimitError::Unknown(name.to_owned()))?;
        let value = value.parse().map_err(|_| LimitError::NotANumber(value.to_owned()))?;
        Ok(Limit { name, value })
    }
}

fn unless_off(value: usize) -> usize {
    if value == 0 { usize::MAX } else { value }
}

fn names() -> String {
    let names: Vec<_> = Limits::DEFAULTS.iter().map(|(name, _)| *name).collect();
    names.join(", ")
}

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
        assert_eq!(limits.connections, 100_000);
        assert_eq!(limits.connections_per_ip, usize::MAX, "off by default");
    }

    #[test]
    fn the_size_of_a_frame_is_bounded_even_if_its_limit_is_switched_off() {
        let largest = |frame_bytes| Limits { frame_bytes, ..Limits::default() }.largest_frame_bytes();
        assert_eq!(largest(1000), 1000);
        assert_eq!(largest(usize::MAX), 64 * 1024 * 1024);
    }

    #[test]
    fn every_limit_can_be_set() {
        for (name, _) in Limits::DEFAULTS {
            let mut limits = Limits::default();
            limits.set(&format!("{name}=7").parse::<Limit>().unwrap());
            assert_ne!(limits, Limits::default(), "{name}");
        }
    }

    #[test]
    fn contradicting_limits_are_named_and_the_defaults_have_none() {
        assert_eq!(Limits::default().misfits(), [] as [&str; 0]);
        for (text, named) in [
            ("outbox_bytes=1000000", "outbox_bytes"),
            ("byte_burst=0", "any number of bytes"),
            ("history_bytes=1000", "history_bytes_per_channel"),
            ("channels=500", "channels_per_socket"),
        ] {
            let mut limits = Limits::default();
            limits.set(&text.parse::<Limit>().unwrap());
            let misfits = limits.misfits();
            assert!(misfits.len() == 1 && misfits[0].contains(named), "{text}: {misfits:?}");
        }
    }

    #[test]
    fn a_malformed_limit_is_refused() {
        let refusals = [
            ("frame_bytes", LimitError::NotAPair),
            ("frame_bytes=-1", LimitError::NotANumber("-1".to_owned())),
            ("frames=5", LimitError::Unknown("frames".to_owned())),
        ];
        for (text, refusal) in refusals {
            assert_eq!(text.parse::<Limit>(), Err(refusal));
        }
        assert!(LimitError::Unknown(String::new()).to_string().ends_with("cursors, idle_seconds"));
    }
}
