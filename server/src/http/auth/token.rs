//! Auth tokens: JWTs signed with HS256. No other algorithm is accepted.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use axum::http::HeaderMap;
use axum::http::header::AUTHORIZATION;
use jsonwebtoken::errors::{Error, ErrorKind};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation, decode_header};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use xano_realtime_protocol::frame::{Client, Permissions};

use super::hs256;
use crate::settings::Secret;

/// The claims of a token.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Claims {
    /// The id of the auth table.
    pub(crate) dbo_id: i64,
    /// The id of the row in it.
    pub(crate) id: i64,
    /// The properties that every member of a channel sees of this user.
    #[serde(default)]
    pub(crate) extras: Map<String, Value>,
    /// The tenant whose sockets of V2 the token is for; `None` for the addresses without a tenant.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) tenant: Option<String>,
    /// The expiry, in seconds since 1970.
    exp: u64,
}

impl Claims {
    /// Creates the claims of a user, valid for one day.
    pub(crate) fn new(dbo_id: i64, id: i64, extras: Map<String, Value>) -> Claims {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Claims { dbo_id, id, extras, tenant: None, exp: now.as_secs() + LIFETIME_S }
    }

    /// Returns the time from which a new socket with this token would be refused; `None` if that is beyond the range of
    /// the clock.
    pub(crate) fn expiry(&self) -> Option<Instant> {
        let since_1970 = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        // The token is valid until the end of its last second.
        let until = Duration::from_secs(self.exp.saturating_add(CLOCK_SKEW_S + 1));
        Instant::now().checked_add(until.saturating_sub(since_1970))
    }

    /// Returns the client that a socket with this token belongs to.
    pub(crate) fn into_client(self, socket_id: String) -> Client {
        let permissions = Permissions { dbo_id: self.dbo_id, row_id: self.id };
        Client { socket_id, extras: self.extras, permissions }
    }
}

/// The reason why a token is not accepted. No message repeats the token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum TokenProblem {
    #[error("expired")]
    Expired,
    #[error("not valid yet")]
    NotYet,
    #[error("not signed by this server")]
    Signature,
    #[error("signed with another algorithm than HS256")]
    Algorithm,
    #[error("its claims must be dbo_id and id (whole numbers above 0), extras (an object) and exp")]
    Claims,
    #[error("for another tenant")]
    Tenant,
    #[error("not a JSON Web Token")]
    NoToken,
}

/// Signs and verifies tokens.
#[derive(Debug)]
pub struct Tokens {
    signing: EncodingKey,
    verifying: DecodingKey,
    validation: Validation,
}

impl Tokens {
    /// Creates a signer and verifier with this key.
    pub fn new(secret: &Secret) -> Tokens {
        hs256::install();
        let mut validation = Validation::new(Algorithm::HS256);
        validation.leeway = CLOCK_SKEW_S;
        validation.validate_nbf = true;
        // Only this server uses the tokens, so they need no audience.
        validation.validate_aud = false;
        Tokens {
            signing: EncodingKey::from_secret(secret.bytes()),
            verifying: DecodingKey::from_secret(secret.bytes()),
            validation,
        }
    }

    /// Signs a token with the given claims, without checking them.
    pub fn sign(&self, claims: &impl Serialize) -> Result<String, Error> {
        jsonwebtoken::encode(&Header::new(Algorithm::HS256), claims, &self.signing)
    }

    pub(crate) fn verify(&self, token: &str) -> Result<Claims, TokenProblem> {
        decode_header(token).map_err(|_| TokenProblem::NoToken)?;
        let decoded = jsonwebtoken::decode::<Claims>(token, &self.verifying, &self.validation);
        let claims = decoded.map_err(|error| TokenProblem::from(error.kind()))?.claims;
        if claims.dbo_id <= 0 || claims.id <= 0 {
            return Err(TokenProblem::Claims);
        }
        Ok(claims)
    }
}

impl From<&ErrorKind> for TokenProblem {
    fn from(kind: &ErrorKind) -> TokenProblem {
        match kind {
            ErrorKind::ExpiredSignature => TokenProblem::Expired,
            ErrorKind::ImmatureSignature => TokenProblem::NotYet,
            ErrorKind::InvalidSignature => TokenProblem::Signature,
            ErrorKind::InvalidAlgorithm | ErrorKind::UnsupportedAlgorithm => TokenProblem::Algorithm,
            ErrorKind::MissingRequiredClaim(_) | ErrorKind::InvalidClaimFormat(_) | ErrorKind::Json(_) => {
                TokenProblem::Claims
            }
            _ => TokenProblem::NoToken,
        }
    }
}

/// Returns the token of a request with the header `Authorization: Bearer …`.
pub(crate) fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) = headers.get(AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

const LIFETIME_S: u64 = 24 * 60 * 60;

/// The tolerated difference between the clocks of two machines.
const CLOCK_SKEW_S: u64 = 60;

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use serde_json::{Value, json};

    use super::{Claims, TokenProblem, Tokens};
    use crate::settings::Secret;

    const KEY: &[u8] = b"a key of thirty-two bytes or more";

    fn verified(claims: &Value) -> Result<Claims, TokenProblem> {
        let tokens = Tokens::new(&Secret::new(KEY));
        tokens.verify(&tokens.sign(claims).unwrap())
    }

    fn claims(changes: Value) -> Value {
        let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs();
        let mut claims = json!({ "dbo_id": 1, "id": 2, "extras": {}, "exp": now + 1000 });
        for (key, value) in changes.as_object().unwrap() {
            match value {
                Value::String(relative) => {
                    let offset: i64 = relative.parse().unwrap();
                    claims[key] = json!(now.saturating_add_signed(offset));
                }
                Value::Null => drop(claims.as_object_mut().unwrap().remove(key)),
                other => claims[key] = other.clone(),
            }
        }
        claims
    }

    fn problem(changes: Value) -> Option<TokenProblem> {
        verified(&claims(changes)).err()
    }

    #[test]
    fn a_token_is_accepted_until_a_minute_after_it_expired() {
        assert_eq!(problem(json!({})), None);
        assert_eq!(problem(json!({ "exp": "-30" })), None, "clocks differ");
        assert_eq!(problem(json!({ "exp": "-90" })), Some(TokenProblem::Expired));
        assert_eq!(problem(json!({ "nbf": "90" })), Some(TokenProblem::NotYet));
        assert_eq!(problem(json!({ "nbf": "30", "aud": ["another server"] })), None);
    }

    #[test]
    fn the_expiry_of_a_token_includes_the_leeway_and_is_none_beyond_the_range_of_the_clock() {
        let expiry = |changes: Value| verified(&claims(changes)).unwrap().expiry();
        let seconds_until = |expiry: Instant| expiry.saturating_duration_since(Instant::now()).as_secs();
        let until = seconds_until(expiry(json!({})).unwrap());
        assert!((1059..=1061).contains(&until), "{until}");
        assert!(seconds_until(expiry(json!({ "exp": "-58" })).unwrap()) <= 3);
        assert_eq!(expiry(json!({ "exp": u64::MAX })), None);
    }

    #[test]
    fn missing_and_malformed_claims_are_refused() {
        for changes in [
            json!({ "exp": null }),
            json!({ "exp": true }),
            json!({ "dbo_id": null }),
            json!({ "dbo_id": 0 }),
            json!({ "id": 0 }),
            json!({ "id": -1 }),
            json!({ "id": 1.5 }),
            json!({ "extras": [] }),
        ] {
            assert_eq!(problem(changes.clone()), Some(TokenProblem::Claims), "{changes}");
        }
        assert_eq!(problem(json!({ "extras": null })), None, "may be left out");
    }

    #[test]
    fn no_other_algorithm_and_no_other_key_is_accepted() {
        let tokens = Tokens::new(&Secret::new(KEY));
        let token = tokens.sign(&claims(json!({}))).unwrap();
        let (_, claims_and_signature) = token.split_once('.').unwrap();
        // {"alg":"HS384"} and {"alg":"RS256"}
        for header in ["eyJhbGciOiJIUzM4NCJ9", "eyJhbGciOiJSUzI1NiJ9"] {
            let token = format!("{header}.{claims_and_signature}");
            assert_eq!(tokens.verify(&token).err(), Some(TokenProblem::Algorithm));
        }
        let other = Tokens::new(&Secret::new(*b"another key"));
        assert_eq!(other.verify(&token).err(), Some(TokenProblem::Signature));
        // {"alg":"none"}
        assert_eq!(tokens.verify("eyJhbGciOiJub25lIn0.e30.").err(), Some(TokenProblem::NoToken));
        for text in ["", ".", "..", "a.b.c", "not a token", "e30.e30.e30"] {
            assert_eq!(tokens.verify(text).err(), Some(TokenProblem::NoToken), "{text}");
        }
    }

    #[test]
    fn the_key_is_never_printed() {
        let secret = Secret::new(KEY);
        let printed = format!("{secret:?} {:?}", Tokens::new(&secret));
        assert!(!printed.contains("thirty-two"), "{printed}");
        assert!(!printed.contains("116, 104, 105"), "{printed}");
    }
}
