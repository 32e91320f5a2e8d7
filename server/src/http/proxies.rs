//! The address of a client behind trusted proxies.

use std::net::{IpAddr, SocketAddr};

use axum::http::HeaderMap;
use ipnet::IpNet;

/// The proxies whose header `X-Forwarded-For` is trusted.
#[derive(Clone, Debug, Default)]
pub struct TrustedProxies(Vec<IpNet>);

/// A text that is not a network.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a network: write an address with the length of its prefix, for example 10.0.0.0/8")]
pub struct NotANetwork(String);

impl TrustedProxies {
    /// Trusts all proxies of a network `ADDRESS/PREFIX`, or one proxy by its address.
    pub fn trust(&mut self, network: &str) -> Result<(), NotANetwork> {
        let address = || network.parse::<IpAddr>().ok().map(IpNet::from);
        let network = network.parse().ok().or_else(address).ok_or_else(|| NotANetwork(network.to_owned()))?;
        self.0.push(network);
        Ok(())
    }

    pub(crate) fn contain(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        self.0.iter().any(|network| network.contains(&address))
    }

    /// Returns the address of the client. Without trusted proxies this is the peer's address; behind them, it is the
    /// last forwarded address that is not a trusted proxy. All earlier addresses are claims of the client.
    pub(crate) fn client(&self, peer: IpAddr, headers: &HeaderMap) -> IpAddr {
        let values = headers.get_all("x-forwarded-for").iter().filter_map(|value| value.to_str().ok());
        let forwarded: Vec<&str> = values.flat_map(|value| value.split(',')).collect();
        let mut client = peer.to_canonical();
        for entry in forwarded.into_iter().rev() {
            if !self.contain(client) {
                break;
            }
            match address(entry.trim()) {
                Some(address) => client = address.to_canonical(),
                None => break,
            }
        }
        client
    }
}

/// Parses one forwarded address. Some proxies add a port.
fn address(entry: &str) -> Option<IpAddr> {
    let bare = entry.strip_prefix('[').and_then(|entry| entry.strip_suffix(']')).unwrap_or(entry);
    bare.parse().ok().or_else(|| entry.parse().ok().map(|address: SocketAddr| address.ip()))
}

#[cfg(test)]
mod tests {
    use std::net::IpAddr;

    use axum::http::{HeaderMap, HeaderValue};

    use super::{NotANetwork, TrustedProxies};

    fn trusted(networks: &[&str]) -> TrustedProxies {
        let mut proxies = TrustedProxies::default();
        networks.iter().for_each(|network| proxies.trust(network).unwrap());
        proxies
    }

    fn client(proxies: &TrustedProxies, peer: &str, forwarded: &[&'static str]) -> String {
        let mut headers = HeaderMap::new();
        for value in forwarded {
            headers.append("x-forwarded-for", HeaderValue::from_static(value));
        }
        proxies.client(peer.parse().unwrap(), &headers).to_string()
    }

    #[test]
    fn the_client_is_the_last_forwarded_address_that_is_not_a_trusted_proxy() {
        let proxies = trusted(&["10.0.0.0/8", "::1"]);
        let cases: [(&str, &[&'static str], &str); 8] = [
            ("10.0.0.1", &["203.0.113.7"], "203.0.113.7"),
            ("10.0.0.1", &["198.51.100.1, 203.0.113.7, 10.0.0.2"], "203.0.113.7"),
            ("10.0.0.1", &["198.51.100.1", "203.0.113.7,10.0.0.2"], "203.0.113.7"),
            ("::1", &["203.0.113.7:4711"], "203.0.113.7"),
            ("::ffff:10.0.0.1", &["[2001:db8::1]:4711"], "2001:db8::1"),
            ("10.0.0.1", &["[2001:db8::1]"], "2001:db8::1"),
            ("10.0.0.1", &["10.0.0.3"], "10.0.0.3"),
            ("10.0.0.1", &[], "10.0.0.1"),
        ];
        for (peer, forwarded, expected) in cases {
            assert_eq!(client(&proxies, peer, forwarded), expected, "{peer} {forwarded:?}");
        }
    }

    #[test]
    fn untrusted_and_malformed_forwarded_addresses_are_ignored() {
        let proxies = trusted(&["10.0.0.0/8"]);
        assert_eq!(client(&proxies, "203.0.113.7", &["198.51.100.1"]), "203.0.113.7");
        assert_eq!(client(&TrustedProxies::default(), "10.0.0.1", &["198.51.100.1"]), "10.0.0.1");
        assert_eq!(client(&proxies, "10.0.0.1", &["198.51.100.1, unknown, 10.0.0.2"]), "10.0.0.2");
        assert_eq!(client(&proxies, "10.0.0.1", &["198.51.100.1, "]), "10.0.0.1");
    }

    #[test]
    fn a_text_that_is_no_network_is_refused() {
        for text in ["", "10.0.0.0/33", "proxy.example", "10.0.0"] {
            assert_eq!(TrustedProxies::default().trust(text), Err(NotANetwork(text.to_owned())));
        }
        assert!(trusted(&["2001:db8::/32"]).contain(IpAddr::from([0x2001, 0xdb8, 0, 0, 0, 0, 0, 1])));
    }
}
