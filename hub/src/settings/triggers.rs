//! The trigger URLs of a channel.

use std::str::FromStr;
use std::sync::Arc;

use http::Uri;
use http::uri::Scheme;
use serde::de::{Deserializer, Error as _};
use serde::{Deserialize, Serialize};

/// The URLs that are asked before a join and before a message. Xano runs function stacks at these points; this server
/// calls URLs.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Triggers {
    /// The URL that is asked before a join.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub join: Option<TriggerUrl>,
    /// The URL that is asked before a message is sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<TriggerUrl>,
}

impl Triggers {
    /// Returns whether there is no URL.
    pub fn is_empty(&self) -> bool {
        self.join.is_none() && self.message.is_none()
    }
}

/// An `http` or `https` URL.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct TriggerUrl(Arc<str>);

impl TriggerUrl {
    /// Returns the URL as text.
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
