//! The URLs that are asked before something happens on a channel.

use std::str::FromStr;
use std::sync::Arc;

use http::Uri;
use http::uri::Scheme;
use serde::de::{Deserializer, Error as _};
use serde::{Deserialize, Serialize};

/// What is asked before somebody joins, and before a message goes out. Xano runs function stacks there; this server
/// calls URLs.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Triggers {
    /// Before somebody joins.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub join: Option<TriggerUrl>,
    /// Before a message goes out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<TriggerUrl>,
}

impl Triggers {
    /// Whether no URL is asked.
    pub fn is_empty(&self) -> bool {
        self.join.is_none() && self.message.is_none()
    }
}

/// An `http` or `https` URL.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct TriggerUrl(Arc<str>);

impl TriggerUrl {
    /// The text of the URL.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl<'de> Deserialize<'de> for TriggerUrl {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<TriggerUrl, D::Error> {
        let text = String::deserialize(deserializer)?;
        let refused = || D::Error::custom("must be an http:// or https:// URL, without user and password");
        let uri = Uri::from_str(&text).map_err(|_| refused())?;
        let is_http = uri.scheme().is_some_and(|scheme| *scheme == Scheme::HTTP || *scheme == Scheme::HTTPS);
        let has_host = uri.authority().is_some_and(|authority| !authority.as_str().contains('@'));
        if !is_http || !has_host {
            return Err(refused());
        }
        Ok(TriggerUrl(text.into()))
    }
}
