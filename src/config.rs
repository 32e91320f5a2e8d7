//! What a client's settings mean for its socket.

use std::fmt;

/// What is wrong with the settings. The first two texts are those of the original client, word for word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SettingsError {
    /// Neither base URL was given.
    NoBaseUrl,
    /// Neither the canonical nor the hash of the connection was given.
    NoConnection,
    /// The base URL is none, or names no host.
    BadBaseUrl,
}

impl SettingsError {
    /// What was wrong, and what to do.
    pub const fn message(self) -> &'static str {
        match self {
            Self::NoBaseUrl => {
                "Please configure instanceBaseUrl or apiGroupBaseUrl setting before connecting to realtime"
            }
            Self::NoConnection => "Please configure realtimeConnectionCanonical setting before connecting to realtime",
            Self::BadBaseUrl => {
                "The base URL is no URL: it has to start with https:// and a host name, as in https://x8ki-letl-twmt.n7.xano.io"
            }
        }
    }
}

impl fmt::Display for SettingsError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.message())
    }
}

impl std::error::Error for SettingsError {}

/// Whether both settings that a connection needs were given.
pub fn require(has_base_url: bool, has_segment: bool) -> Result<(), SettingsError> {
    match (has_base_url, has_segment) {
        (false, _) => Err(SettingsError::NoBaseUrl),
        (_, false) => Err(SettingsError::NoConnection),
        _ => Ok(()),
    }
}

/// Whether the host, in the form a URL parser leaves it in, is of this machine or of a private network, where no
/// certificate can be had. Only there a base URL that says `http:` leads to `ws:`: a page that was configured with
/// `http://….xano.io` works with the original, and goes on working.
pub fn is_near(hostname: &str) -> bool {
    let bytes = hostname.as_bytes();
    match bytes {
        b"localhost" | b"[::1]" => return true,
        // Unique local addresses, fc00::/7, and link local ones, fe80::/10.
        [b'[', b'f', b'c' | b'd', ..] | [b'[', b'f', b'e', b'8' | b'9' | b'a' | b'b', ..] => return true,
        _ => {}
    }
    if bytes.ends_with(b".localhost") || bytes.ends_with(b".local") {
        return true;
    }
    matches!(ipv4(bytes), Some([127, ..] | [10, ..] | [192, 168, ..] | [172, 16..=31, ..] | [169, 254, ..]))
}

/// The four numbers of an IPv4 address in the one form that a URL parser leaves it in.
fn ipv4(hostname: &[u8]) -> Option<[u32; 4]> {
    let mut numbers = [0; 4];
    let mut parts = hostname.split(|&byte| byte == b'.');
    for number in &mut numbers {
        for &byte in parts.next().filter(|part| !part.is_empty() && part.len() <= 3)? {
            *number = *number * 10 + u32::from(byte.is_ascii_digit().then_some(byte)? - b'0');
        }
    }
    parts.next().is_none().then_some(numbers)
}

#[cfg(test)]
mod tests {
    use super::{is_near, require};

    #[test]
    fn hosts_of_this_machine_and_of_private_networks_are_near() {
        for near in [
            "localhost",
            "127.0.0.1",
            "127.9.9.9",
            "10.0.0.1",
            "192.168.1.2",
            "172.16.0.1",
            "172.31.9.9",
            "169.254.1.1",
            "printer.local",
            "app.localhost",
            "[::1]",
            "[fd00::1]",
            "[fc12::1]",
            "[fe80::1]",
            "[febf::1]",
        ] {
            assert!(is_near(near), "{near}");
        }
        for far in [
            "x8.xano.io",
            "172.32.0.1",
            "172.15.0.1",
            "8.8.8.8",
            "192.169.0.1",
            "10.0.0.1.example.com",
            "local",
            "[2001::1]",
            "[fec0::1]",
            "127.0.0",
            "10.0.0.x",
            "mylocal",
            "xlocalhost",
            "",
        ] {
            assert!(!is_near(far), "{far}");
        }
    }

    #[test]
    fn missing_settings_are_named_in_the_words_of_the_original() {
        assert_eq!(
            require(false, false).unwrap_err().to_string(),
            "Please configure instanceBaseUrl or apiGroupBaseUrl setting before connecting to realtime"
        );
        assert_eq!(
            require(true, false).unwrap_err().to_string(),
            "Please configure realtimeConnectionCanonical setting before connecting to realtime"
        );
    }
}
