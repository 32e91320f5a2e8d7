//! The host names that requests may use for this server while it listens on loopback.
//!
//! This check defends against DNS rebinding: a foreign page can make its own name resolve to 127.0.0.1, and its browser
//! then takes this server for the same origin. The foreign name in `Host` reveals it.

use std::net::IpAddr;
use std::str::FromStr;
use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::header::HOST;
use axum::http::uri::Authority;
use axum::http::{HeaderMap, HeaderValue};
use axum::middleware::Next;
use axum::response::Response;

use super::api_error::ApiError;

/// The host names that are accepted in addition to the names of loopback.
#[derive(Debug, Default)]
pub(crate) struct AllowedHosts(Vec<String>);

impl AllowedHosts {
    pub(crate) fn new(names: impl IntoIterator<Item = String>) -> AllowedHosts {
        AllowedHosts(names.into_iter().map(|name| name.to_ascii_lowercase()).collect())
    }

    /// Checks the header `Host`. A request without it is accepted, because browsers always send it.
    fn check(&self, headers: &HeaderMap) -> Result<(), ApiError> {
        let Some(host) = headers.get(HOST) else { return Ok(()) };
        match host_name(host) {
            Some(name) if is_loopback_name(&name) || self.0.contains(&name) => Ok(()),
            Some(name) => Err(ApiError::misdirected(format!(
                "This server does not answer to the host name {name:?} here; start it with --allow-host {name} if it should."
            ))),
            None => Err(ApiError::misdirected("The header Host is not a host name.")),
        }
    }
}

/// Passes on requests whose `Host` is a name of loopback or one of `--allow-host`, and refuses all others.
pub(crate) async fn require_allowed_host(
    State(hosts): State<Arc<AllowedHosts>>,
    request: Request,
    next: Next,
) -> Result<Response, ApiError> {
    hosts.check(request.headers())?;
    Ok(next.run(request).await)
}

/// Returns the name in lower case, without the port and the final dot.
fn host_name(host: &HeaderValue) -> Option<String> {
    let authority = Authority::from_str(host.to_str().ok()?).ok()?;
    let name = authority.host();
    Some(name.strip_suffix('.').unwrap_or(name).to_ascii_lowercase())
}

/// Returns whether a host, in lower case, always means this machine.
pub(crate) fn is_loopback_name(host: &str) -> bool {
    let ip = host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(host);
    match ip.parse::<IpAddr>() {
        Ok(ip) => ip.to_canonical().is_loopback(),
        Err(_) => host == "localhost" || host.ends_with(".localhost"),
    }
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderMap;
    use axum::http::header::HOST;

    use super::AllowedHosts;

    fn answers(allowed: &[&str], host: &str) -> bool {
        let hosts = AllowedHosts::new(allowed.iter().map(|&name| name.to_owned()));
        hosts.check(&HeaderMap::from_iter([(HOST, host.parse().unwrap())])).is_ok()
    }

    #[test]
    fn names_of_loopback_are_accepted_and_others_only_if_allowed() {
        let loopback =
            ["localhost", "LOCALHOST:8080", "localhost.:80", "127.0.0.1:1", "127.9.9.9", "[::1]:8080", "a.localhost"];
        for host in loopback {
            assert!(answers(&[], host), "{host}");
        }
        let foreign = [
            "rebind.evil.example",
            "localhost.evil.example",
            "10.0.0.1:8080",
            "[2001:db8::1]",
            "notlocalhost",
            "",
            "a b",
        ];
        for host in foreign {
            assert!(!answers(&["Dev.example"], host), "{host}");
        }
        assert!(answers(&["Dev.example"], "dev.EXAMPLE:8443"));
        assert!(AllowedHosts::default().check(&HeaderMap::new()).is_ok(), "no page");
    }
}
