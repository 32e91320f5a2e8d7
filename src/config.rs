//! From a client's settings to its socket's address and token.

use std::fmt;

/// What is wrong with the settings. The first two texts are those of the original client, word for word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SettingsError {
    /// Neither base URL was given.
    NoBaseUrl,
    /// Neither the canonical nor the hash of the connection was given.
    NoConnection,
    /// The base URL cannot be read.
    BadBaseUrl,
}

impl SettingsError {
    /// What was wrong, and what to do.
    pub const fn message(self) -> &'static str {
        match self {
            Self::NoBaseUrl => {
                "Please configure instanceBaseUrl or apiGroupBaseUrl setting before connecting to realtime"
            }
            Self::NoConnection => {
                "Please configure realtimeConnectionCanonical setting before connecting to realtime"
            }
            Self::BadBaseUrl => {
                "The base URL is not a URL: it has to start with https:// and a host name, as in https://x8ki-letl-twmt.n7.xano.io"
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

/// The socket's address: the base URL's host and port, its path dropped, and the connection's segment.
///
/// `wss` always, save for a base URL that says `http:` and names a host of this machine or this network: a page that
/// was configured with `http://….xano.io` works with the original, and goes on working.
pub fn socket_url(base_url: &str, segment: &str) -> Result<String, SettingsError> {
    if base_url.is_empty() {
        return Err(SettingsError::NoBaseUrl);
    }
    if segment.is_empty() {
        return Err(SettingsError::NoConnection);
    }
    let (scheme, rest) = base_url
        .trim()
        .split_once("://")
        .ok_or(SettingsError::BadBaseUrl)?;
    let authority = rest.split(['/', '\\', '?', '#']).next().unwrap_or_default();
    let host_and_port = authority.rsplit('@').next().unwrap_or_default();
    let host = host_of(host_and_port);
    if scheme.is_empty() || host.is_empty() || host_and_port.contains(char::is_whitespace) {
        return Err(SettingsError::BadBaseUrl);
    }
    let plain = scheme.eq_ignore_ascii_case("http") && is_near(host);
    let scheme = if plain { "ws://" } else { "wss://" };
    Ok([scheme, host_and_port, "/rt/", segment].concat())
}

/// Whether a token may stand in a handshake as a WebSocket subprotocol (the token of RFC 9110, section 5.6.2).
pub fn is_legal_token(token: &str) -> bool {
    const SEPARATORS_ALLOWED: &[u8] = b"!#$%&'*+-.^_`|~";
    !token.is_empty()
        && token
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || SEPARATORS_ALLOWED.contains(&byte))
}

fn host_of(host_and_port: &str) -> &str {
    if host_and_port.starts_with('[') {
        return host_and_port
            .split_inclusive(']')
            .next()
            .unwrap_or_default();
    }
    host_and_port.split(':').next().unwrap_or_default()
}

/// A host of this machine or of a private network, where no certificate can be had.
fn is_near(host: &str) -> bool {
    let ends_with = |suffix: &str| {
        let start = host.len().checked_sub(suffix.len());
        start
            .and_then(|start| host.get(start..))
            .is_some_and(|end| end.eq_ignore_ascii_case(suffix))
    };
    if host.eq_ignore_ascii_case("localhost") || ends_with(".localhost") || ends_with(".local") {
        return true;
    }
    if let Some(address) = host.strip_prefix('[') {
        let address = address.as_bytes();
        let starts = |prefix: &[u8]| {
            address
                .get(..2)
                .is_some_and(|start| start.eq_ignore_ascii_case(prefix))
        };
        // Loopback, unique local fc00::/7, link local fe80::/10.
        return address == b"::1]" || starts(b"fc") || starts(b"fd") || starts(b"fe");
    }
    let mut octets = [0_u8; 4];
    let mut parts = host.split('.');
    for octet in &mut octets {
        match parts.next().and_then(|part| part.parse().ok()) {
            Some(value) => *octet = value,
            None => return false,
        }
    }
    parts.next().is_none()
        && matches!(
            octets,
            [127, ..] | [10, ..] | [192, 168, ..] | [172, 16..=31, ..] | [169, 254, ..]
        )
}

#[cfg(test)]
mod tests {
    use super::{SettingsError, is_legal_token, socket_url};

    fn url(base: &str) -> String {
        socket_url(base, "hash").unwrap()
    }

    #[test]
    fn the_path_is_dropped_and_the_port_kept() {
        assert_eq!(
            url("https://x8.xano.io/api:abc/v1?x#y"),
            "wss://x8.xano.io/rt/hash"
        );
        assert_eq!(
            url("https://user:secret@x8.xano.io:8443/api"),
            "wss://x8.xano.io:8443/rt/hash"
        );
    }

    #[test]
    fn only_near_hosts_are_spoken_to_in_plain() {
        for near in [
            "localhost:8080",
            "127.0.0.1:8080",
            "127.9.9.9",
            "10.0.0.1",
            "192.168.1.2:81",
            "172.16.0.1",
            "172.31.9.9",
            "169.254.1.1",
            "printer.local",
            "app.localhost",
            "LOCALHOST",
            "[::1]:8080",
            "[fd00::1]",
            "[fe80::1]",
        ] {
            assert_eq!(
                url(&format!("http://{near}/api")),
                format!("ws://{near}/rt/hash")
            );
            assert_eq!(
                url(&format!("https://{near}/api")),
                format!("wss://{near}/rt/hash")
            );
        }
        for far in [
            "x8.xano.io",
            "172.32.0.1",
            "8.8.8.8",
            "192.169.0.1",
            "10.0.0.1.example.com",
            "local",
            "[2001::1]",
        ] {
            assert_eq!(
                url(&format!("http://{far}")),
                format!("wss://{far}/rt/hash")
            );
        }
    }

    #[test]
    fn missing_settings_are_named_in_the_words_of_the_original() {
        assert_eq!(
            socket_url("", "hash").unwrap_err().to_string(),
            "Please configure instanceBaseUrl or apiGroupBaseUrl setting before connecting to realtime"
        );
        assert_eq!(
            socket_url("https://x8.xano.io", "")
                .unwrap_err()
                .to_string(),
            "Please configure realtimeConnectionCanonical setting before connecting to realtime"
        );
    }

    #[test]
    fn what_is_no_url_is_refused() {
        for bad in [
            "x8.xano.io",
            "https://",
            "https:///api",
            "://host",
            "https://a b",
            "https://:80",
            " ",
        ] {
            assert_eq!(
                socket_url(bad, "hash"),
                Err(SettingsError::BadBaseUrl),
                "{bad}"
            );
        }
    }

    #[test]
    fn a_token_is_legal_when_a_handshake_can_carry_it() {
        for legal in ["eyJhbGciOi.J9-_x.abc", "a", "!#$%&'*+-.^_`|~09azAZ"] {
            assert!(is_legal_token(legal), "{legal}");
        }
        for illegal in [
            "", "Bearer x", "a,b", "a\"b", "ä", "a\n", "a/b", "a=b", "(a)", "a:b",
        ] {
            assert!(!is_legal_token(illegal), "{illegal}");
        }
    }
}
