//! Where the socket of a client goes.

use web_sys::Url;

/// The URL's host and port, its path dropped, and the segment of the connection; none where the URL has no host. Only near
/// hosts, where no certificate can be had, get `ws:`, and only where the URL says `http:`.
pub(super) fn socket_url(base: &str, segment: &str) -> Option<String> {
    let base = Url::new(base).ok().filter(|base| !base.host().is_empty())?;
    let scheme = if base.protocol() == "http:" && is_near(&base.hostname()) { "ws" } else { "wss" };
    Some(format!("{scheme}://{}/rt/{segment}", base.host()))
}

/// Whether a host, as a URL parser leaves it, is this machine or of a private network.
fn is_near(host: &str) -> bool {
    use std::net::{Ipv4Addr, Ipv6Addr};
    if let Ok(address) = host.parse::<Ipv4Addr>() {
        return address.is_loopback() || address.is_private() || address.is_link_local();
    }
    if let Ok(address) = host.trim_matches(['[', ']']).parse::<Ipv6Addr>() {
        return address.is_loopback() || address.is_unique_local() || address.is_unicast_link_local();
    }
    host == "localhost" || host.ends_with(".localhost") || host.ends_with(".local")
}
