//! The token that opens the admin's endpoints.

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

/// The bearer token of the admin's endpoints. Printing it does not show it.
#[derive(Clone)]
pub struct AdminToken(String);

impl AdminToken {
    /// A token that somebody chose.
    pub fn new(text: impl Into<String>) -> AdminToken {
        AdminToken(text.into())
    }

    /// One that cannot be guessed.
    pub fn random() -> Result<AdminToken, getrandom::Error> {
        let mut bytes = [0; 32];
        getrandom::fill(&mut bytes)?;
        Ok(AdminToken(bytes.iter().map(|byte| format!("{byte:02x}")).collect()))
    }

    /// Whether it has so few characters that it can be guessed.
    pub fn is_short(&self) -> bool {
        self.0.chars().count() < CHARS_MIN
    }

    /// The token itself, for its file.
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

/// Lets the admin in, and limits how often one client network may try a wrong token.
#[derive(Debug)]
pub(crate) struct AdminDoor {
    token: Option<AdminToken>,
    wrong: Attempts<ClientNetwork>,
}

impl AdminDoor {
    /// Without a token no request is let in.
    pub(crate) fn new(token: Option<AdminToken>) -> AdminDoor {
        AdminDoor { token, wrong: Attempts::new(WRONG_BURST, WRONG_INTERVAL) }
    }

    fn admit(&self, candidate: Option<&str>, network: ClientNetwork, now: Instant) -> Result<(), ApiError> {
        let unauthorized = "Send the admin token as Bearer; the server printed where it keeps it.";
        let candidate = candidate.ok_or_else(|| ApiError::unauthorized(unauthorized))?;
        // Looked at before the token: a guess that is right must not pass where a wrong one would be refused.
        self.wrong.check(&network, now).map_err(too_many)?;
        if self.token.as_ref().is_some_and(|token| token.is(candidate)) {
            return Ok(());
        }
        self.wrong.count(&network, now).map_err(too_many)?;
        Err(ApiError::unauthorized(unauthorized))
    }
}

/// Lets a request through that carries the token.
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

/// The shortest token that is taken: 16 letters and digits at random have 95 bits.
const CHARS_MIN: usize = 16;

/// A person who mistypes it, then ten guesses a minute.
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
    fn who_guesses_is_refused_after_ten_wrong_tokens_even_if_the_next_one_is_right() {
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
