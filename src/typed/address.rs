//! Where the socket of a client goes.

use web_sys::Url;

use super::version::RealtimeVersion;

/// The length of a connection hash of Realtime V1.
const HASH_LENGTH: usize = 27;

/// The URL's host and port, its path dropped, and the segment of the connection; none where the URL has no host. Only near
/// hosts, where no certificate can be had, get `ws:`, and only where the URL says `http:`.
pub(super) fn socket_url(base: &str, segment: &str, version: RealtimeVersion) -> Option<String> {
    let base = Url::new(base).ok().filter(|base| !base.host().is_empty())?;
    let scheme = if base.protocol() == "http:" && is_near(&base.hostname()) { "ws" } else { "wss" };
    let path = match version {
        RealtimeVersion::V1 => format!("rt/{segment}"),
        RealtimeVersion::V2 => match tenant_in(&base.pathname()).filter(|_| !segment.contains(':')) {
            Some(tenant) => format!("ws/{tenant}:{segment}"),
            None => format!("ws/{segment}"),
        },
    };
    Some(format!("{scheme}://{}/{path}", base.host()))
}

/// The tenant that the path of a base URL names, `/tenant/acme`.
fn tenant_in(path: &str) -> Option<&str> {
    let rest = path.strip_prefix("/tenant/")?;
    let end = rest.find(|letter: char| !letter.is_ascii_alphanumeric() && letter != '-').unwrap_or(rest.len());
    rest.get(..end).filter(|tenant| !tenant.is_empty())
}

/// What an address at which nothing answers says of the version.
pub(super) fn version_hint(address: &str, version: RealtimeVersion) -> &'static str {
    let is_hash = address.rsplit('/').next().is_some_and(|segment| segment.len() == HASH_LENGTH);
    match (version, is_hash) {
        (RealtimeVersion::V1, true) => "",
        (RealtimeVersion::V1, false) => {
            ". Is this a canonical of Realtime V2 (rtmain01)? Then call version(RealtimeVersion::V2)."
        }
        (RealtimeVersion::V2, true) => " (a hash of V1; V2 was asked for)",
        (RealtimeVersion::V2, false) => " (Realtime V2)",
    }
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

#[cfg(test)]
mod tests {
    use super::{RealtimeVersion, tenant_in, version_hint};

    #[test]
    fn a_tenant_is_read_from_the_path_of_the_base_url() {
        assert_eq!(tenant_in("/tenant/acme"), Some("acme"));
        assert_eq!(tenant_in("/tenant/acme-2/api:abc"), Some("acme-2"));
        for path in ["/", "/tenant/", "/tenant", "/tenant//x", "/api:abc/tenant/acme"] {
            assert_eq!(tenant_in(path), None, "{path}");
        }
    }

    #[test]
    fn an_address_of_the_other_version_is_told() {
        let (hash, canonical) =
            ("wss://x8.xano.io/rt/1lK90n16tnnylJpJ0Xa7Km6_KxA", "wss://x8.xano.io/ws/acme:rtmain01");
        assert_eq!(version_hint(hash, RealtimeVersion::V1), "");
        assert!(version_hint(canonical, RealtimeVersion::V1).contains("version(RealtimeVersion::V2)"));
        assert!(version_hint(hash, RealtimeVersion::V2).contains("a hash of V1"));
        assert_eq!(version_hint(canonical, RealtimeVersion::V2), " (Realtime V2)");
    }
}
