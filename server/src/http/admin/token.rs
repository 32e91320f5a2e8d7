//! The admin token, and the check that every request to the admin's endpoints passes.

use std::fmt;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::extract::{ConnectInfo, Request, State};
use axum::middleware::Next;
use axum::response::Response;
use subtle::ConstantTimeEq;

use crate::http::api_error::ApiError;
use crate::http::attempts::{Attempts, ClientNetwork, TooMany};
use crate::http::auth::bearer;

/// The bearer token of the admin's endpoints. Its debug output hides the text.
#[derive(Clone)]
pub struct AdminToken(String);

impl AdminToken {
    /// Creates a token from a text that the operator has chosen.
    pub fn new(text: impl Into<String>) -> AdminToken {
        AdminToken(text.into())
    }

    /// Creates a random token.
    pub fn random() -> Result<AdminToken, getrandom::Error> {
        let mut bytes = [0; 32];
        getrandom::fill(&mut bytes)?;
        Ok(AdminToken(bytes.iter().map(|byte| format!("{byte:02x}")).collect()))
    }

    /// Returns whether the token has so few characters that it can be guessed.
    pub fn is_short(&self) -> bool {
        self.0.chars().count() < CHARS_MIN
    }

    /// Returns the text of the token, which is written to its file.
    pub(super) fn reveal(&self) -> &str {
        &self.0
    }

    fn is(&self, candidate: &str) -> bool {
        self.0.as_bytes().ct_eq(candidate.as_bytes()).into()
    }
}

impl fmt::Debug for AdminToken {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("AdminToken(…)")
    }
}

/// Admits requests with the right token, and limits how often one client network may try a wrong one.
#[derive(Debug)]
pub(crate) struct AdminDoor {
    token: Option<AdminToken>,
    wrong: Attempts<ClientNetwork>,
}

impl AdminDoor {
    /// Creates the check. Without a token it refuses every request.
    pub(crate) fn new(token: Option<AdminToken>) -> AdminDoor {
        AdminDoor { token, wrong: Attempts::new(WRONG_BURST, WRONG_INTERVAL) }
    }

    fn admit(&self, candidate: Option<&str>, network: ClientNetwork, now: Instant) -> Result<(), ApiError> {
        let unauthorized = "Send the admin token as Bearer; the server printed where it keeps it.";
        let candidate = candidate.ok_or_else(|| ApiError::unauthorized(unauthorized))?;
        // The limit is checked before the token. Otherwise a client beyond the limit could still find the right token
        // by guessing.
        self.wrong.check(&network, now).map_err(too_many)?;
        if self.token.as_ref().is_some_and(|token| token.is(candidate)) {
            return Ok(());
        }
        self.wrong.count(&network, now).map_err(too_many)?;
        Err(ApiError::unauthorized(unauthorized))
    }
}

/// Passes on requests that carry the admin token, and refuses all others.
pub(crate) async fn require_admin(
    State(door): State<Arc<AdminDoor>>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    request: Request,
    next: Next,
) -> Result<Response, ApiError> {
    door.admit(bearer(request.headers()), peer.ip().into(), Instant::now())?;
    Ok(next.run(request).await)
}

fn too_many(TooMany { retry_after }: TooMany) -> ApiError {
    ApiError::too_many("Too many wrong admin tokens from this address; try again later.", retry_after)
}

/// The shortest token that is accepted. 16 random letters and digits have 95 bits.
const CHARS_MIN: usize = 16;

/// A person may mistype the token ten times; after that, an attacker has ten guesses per minute.
const WRONG_BURST: u32 = 10;
const WRONG_INTERVAL: Duration = Duration::from_secs(6);

#[cfg(test)]
mod tests {
    use std::net::IpAddr;
    use std::time::{Duration, Instant};

    use axum::http::StatusCode;
    use axum::response::IntoResponse;

    use super::{AdminDoor, AdminToken};

    fn answer(door: &AdminDoor, candidate: &str, ip: [u8; 4], now: Instant) -> StatusCode {
        let admitted = door.admit(Some(candidate), IpAddr::from(ip).into(), now);
        admitted.err().map_or(StatusCode::OK, |error| error.into_response().status())
    }

    #[test]
    fn after_ten_wrong_tokens_a_client_is_refused_even_with_the_right_one() {
        let door = AdminDoor::new(Some(AdminToken::new("the right token")));
        let [guesser, admin] = [[10, 0, 0, 1], [10, 0, 0, 2]];
        let start = Instant::now();
        for _ in 0..10 {
            assert_eq!(answer(&door, "wrong", guesser, start), StatusCode::UNAUTHORIZED);
        }
        for candidate in ["wrong", "the right token"] {
            assert_eq!(answer(&door, candidate, guesser, start), StatusCode::TOO_MANY_REQUESTS);
        }
        assert_eq!(answer(&door, "the right token", admin, start), StatusCode::OK);
        let later = start + Duration::from_secs(6);
        assert_eq!(answer(&door, "the right token", guesser, later), StatusCode::OK);
    }
}
