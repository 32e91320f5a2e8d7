//! From a client's settings to its socket's address and token.

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
pub fn require(base_url: &str, segment: &str) -> Result<(), SettingsError> {
    match (base_url.is_empty(), segment.is_empty()) {
        (true, _) => Err(SettingsError::NoBaseUrl),
        (_, true) => Err(SettingsError::NoConnection),
        _ => Ok(()),
    }
}

/// The parts of a base URL that matter here, as the platform's own URL parser gives them.
#[derive(Clone, Copy, Debug)]
pub struct BaseUrl<'a> {
    /// The scheme with its colon, `https:`.
    pub protocol: &'a str,
    /// The host without the port, in lower case; an IPv6 address in brackets.
    pub hostname: &'a str,
    /// The host with its port, if it is not the scheme's own.
    pub host: &'a str,
}

/// The socket's address: the base URL's host and port, its path dropped, and the connection's segment.
///
/// `wss` always, save for a base URL that says `http:` and names a host of this machine or this network: a page that
/// was configured with `http://….xano.io` works with the original, and goes on working.
pub fn socket_url(base: BaseUrl<'_>, segment: &str) -> Result<String, SettingsError> {
    if base.hostname.is_empty() {
        return Err(SettingsError::BadBaseUrl);
    }
    let scheme = if base.protocol == "http:" && is_near(base.hostname) { "ws://" } else { "wss://" };
    Ok([scheme, base.host, "/rt/", segment].concat())
}

/// Whether a token may stand in a handshake as a WebSocket subprotocol (the token of RFC 9110, section 5.6.2).
pub fn is_legal_token(token: &str) -> bool {
    const SEPARATORS_ALLOWED: &[u8] = b"!#$%&'*+-.^_`|~";
    !token.is_empty() && token.bytes().all(|byte| byte.is_ascii_alphanumeric() || SEPARATORS_ALLOWED.contains(&byte))
}

/// A host of this machine or of a private network, where no certificate can be had.
fn is_near(hostname: &str) -> bool {
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
    use super::{BaseUrl, SettingsError, is_legal_token, require, socket_url};

    fn url(protocol: &str, hostname: &str, port: &str) -> String {
        let host = format!("{hostname}{port}");
        socket_url(BaseUrl { protocol, hostname, host: &host }, "hash").unwrap()
    }

    #[test]
    fn the_port_is_kept() {
        assert_eq!(url("https:", "x8.xano.io", ""), "wss://x8.xano.io/rt/hash");
        assert_eq!(url("https:", "x8.xano.io", ":8443"), "wss://x8.xano.io:8443/rt/hash");
    }

    #[test]
    fn only_near_hosts_are_spoken_to_in_plain() {
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
            assert_eq!(url("http:", near, ":8080"), format!("ws://{near}:8080/rt/hash"));
            assert_eq!(url("https:", near, ":8080"), format!("wss://{near}:8080/rt/hash"));
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
        ] {
            assert_eq!(url("http:", far, ""), format!("wss://{far}/rt/hash"));
        }
    }

    #[test]
    fn missing_settings_are_named_in_the_words_of_the_original() {
        assert_eq!(
            require("", "").unwrap_err().to_string(),
            "Please configure instanceBaseUrl or apiGroupBaseUrl setting before connecting to realtime"
        );
        assert_eq!(
            require("https://x8.xano.io", "").unwrap_err().to_string(),
            "Please configure realtimeConnectionCanonical setting before connecting to realtime"
        );
    }

    #[test]
    fn a_url_without_a_host_is_refused() {
        let base = BaseUrl { protocol: "file:", hostname: "", host: "" };
        assert_eq!(socket_url(base, "hash"), Err(SettingsError::BadBaseUrl));
    }

    #[test]
    fn a_token_is_legal_when_a_handshake_can_carry_it() {
        for legal in ["eyJhbGciOi.J9-_x.abc", "a", "!#$%&'*+-.^_`|~09azAZ"] {
            assert!(is_legal_token(legal), "{legal}");
        }
        for illegal in ["", "Bearer x", "a,b", "a\"b", "ä", "a\n", "a/b", "a=b", "(a)", "a:b"] {
            assert!(!is_legal_token(illegal), "{illegal}");
        }
    }
}
