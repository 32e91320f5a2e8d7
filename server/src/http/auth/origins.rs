//! The origins of pages that may use the server, as browsers name them in `Origin`.

use std::str::FromStr;

use axum::http::header::{HOST, ORIGIN};
use axum::http::{HeaderMap, HeaderValue, Method, Uri};
use tower_http::cors::{AllowHeaders, AllowOrigin, Any, CorsLayer};

use crate::http::host::is_loopback_name;

/// The origins of pages that may open sockets and use `/api:auth`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Origins {
    /// Every page may open sockets: tokens are not cookies, so a browser adds none to a foreign page's request. Only
    /// pages of this server and of this machine may use `/api:auth`.
    #[default]
    Any,
    /// Only pages of these origins, and programs other than browsers.
    Only(Vec<HeaderValue>),
}

/// The reason why an origin was not accepted.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not an origin; write scheme, host and port and nothing more, as in https://app.example.com")]
pub struct OriginsError(String);

impl Origins {
    /// Allows the pages of one more origin. The first call refuses all other origins.
    pub fn allow(&mut self, origin: &str) -> Result<(), OriginsError> {
        let refused = || OriginsError(origin.to_owned());
        let normal = normal_form(origin).ok_or_else(refused)?;
        let value = HeaderValue::from_str(&normal).map_err(|_| refused())?;
        match self {
            Origins::Any => *self = Origins::Only(vec![value]),
            Origins::Only(origins) => origins.push(value),
        }
        Ok(())
    }

    /// Returns whether a handshake with these headers is allowed.
    pub(crate) fn admit(&self, headers: &HeaderMap) -> bool {
        match (self, headers.get(ORIGIN)) {
            (Origins::Any, _) | (_, None) => true,
            (Origins::Only(origins), Some(origin)) => origins.contains(origin),
        }
    }

    /// Returns whether a request to `/api:auth` with these headers is allowed. If no origin was named, it must come
    /// from a page of this server or of this machine, or from no page. CORS alone is not enough: it only keeps other
    /// pages from reading the answer.
    pub(crate) fn admit_to_auth(&self, headers: &HeaderMap) -> bool {
        match (self, headers.get(ORIGIN)) {
            (Origins::Any, Some(origin)) => is_own_or_loopback(origin, headers.get(HOST)),
            _ => self.admit(headers),
        }
    }

    /// Returns the CORS headers, without credentials: pages send the token in the header `Authorization`, not in a cookie.
    pub(crate) fn cors(&self) -> CorsLayer {
        let origin = match self {
            Origins::Any => AllowOrigin::from(Any),
            Origins::Only(origins) => AllowOrigin::list(origins.clone()),
        };
        CorsLayer::new()
            .allow_origin(origin)
            .allow_methods([Method::GET, Method::POST])
            .allow_headers(AllowHeaders::mirror_request())
    }
}

fn is_own_or_loopback(origin: &HeaderValue, host: Option<&HeaderValue>) -> bool {
    let origin = origin.to_str().ok().and_then(normal_form);
    let Some(uri) = origin.and_then(|origin| Uri::from_str(&origin).ok()) else {
        return false;
    };
    let is_web = matches!(uri.scheme_str(), Some("http" | "https"));
    let is_own = || {
        let host = host.and_then(|host| host.to_str().ok());
        uri.authority().zip(host).is_some_and(|(authority, host)| authority.as_str().eq_ignore_ascii_case(host))
    };
    is_web && (uri.host().is_some_and(is_loopback_name) || is_own())
}

/// Returns the origin as browsers write it: in lower case and without a path. A default port is not removed.
fn normal_form(origin: &str) -> Option<String> {
    let origin = origin.strip_suffix('/').unwrap_or(origin).to_ascii_lowercase();
    let (scheme, authority) = origin.split_once("://")?;
    let uri = Uri::from_str(&format!("{scheme}://{authority}")).ok()?;
    let is_bare = matches!(uri.path(), "" | "/") && uri.query().is_none();
    let is_origin = is_bare && uri.authority().is_some_and(|found| found.as_str() == authority);
    (is_origin && !authority.contains('@')).then_some(origin)
}

#[cfg(test)]
mod tests {
    use axum::http::header::{HOST, ORIGIN};
    use axum::http::{HeaderMap, HeaderValue};

    use super::Origins;

    fn admits(origins: &Origins, origin: Option<&str>) -> bool {
        let headers = origin.map(|origin| (ORIGIN, HeaderValue::from_str(origin).unwrap()));
        origins.admit(&HeaderMap::from_iter(headers))
    }

    #[test]
    fn any_page_is_allowed_until_an_origin_is_named() {
        let mut origins = Origins::default();
        assert!(admits(&origins, Some("https://anywhere.example")));
        origins.allow("https://App.example.com:8443/").unwrap();
        origins.allow("http://localhost:3000").unwrap();
        assert!(admits(&origins, Some("https://app.example.com:8443")));
        assert!(admits(&origins, Some("http://localhost:3000")));
        for other in ["https://app.example.com", "http://app.example.com:8443", "https://anywhere.example", "null"] {
            assert!(!admits(&origins, Some(other)), "{other}");
        }
        assert!(admits(&origins, None), "not a browser");
    }

    #[test]
    fn without_named_origins_the_pages_of_this_server_and_of_this_machine_may_sign_up() {
        let admits = |origins: &Origins, origin: &'static str| {
            let headers = [(ORIGIN, origin), (HOST, "dev.example:8080")];
            origins.admit_to_auth(
                &headers.map(|(name, value)| (name, HeaderValue::from_static(value))).into_iter().collect(),
            )
        };
        let mut origins = Origins::default();
        let loopback = ["http://localhost:3000", "https://127.0.0.1", "http://[::1]:5173", "http://app.localhost"];
        let foreign =
            ["https://evil.example", "null", "http://localhost.evil.example", "http://dev.example", "ftp://localhost"];
        for origin in loopback.iter().chain(&["http://dev.example:8080", "https://dev.example:8080"]) {
            assert!(admits(&origins, origin), "{origin}");
        }
        for origin in foreign {
            assert!(!admits(&origins, origin), "{origin}");
        }
        assert!(origins.admit_to_auth(&HeaderMap::new()), "not a browser");
        origins.allow("https://app.example.com").unwrap();
        assert!(admits(&origins, "https://app.example.com"));
        for origin in loopback.iter().chain(&foreign) {
            assert!(!admits(&origins, origin), "{origin}");
        }
        assert!(origins.admit_to_auth(&HeaderMap::new()), "not a browser");
    }

    #[test]
    fn a_text_that_is_no_origin_is_refused() {
        for text in ["", "*", "example.com", "https://", "https://a/b", "https://a?b", "https://u@a", "https://a b"] {
            let mut origins = Origins::default();
            assert!(origins.allow(text).is_err(), "{text}");
            assert_eq!(origins, Origins::Any);
        }
    }
}
