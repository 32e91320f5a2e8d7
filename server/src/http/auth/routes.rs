//! The endpoints of `/api:auth`: sign-up, login and *me*, as in Xano's starter workspace.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::extract::{ConnectInfo, DefaultBodyLimit, Request, State};
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderMap, Method};
use axum::middleware::Next;
use axum::response::Response;
use axum::routing::{get, post};
use axum::{Json, Router, middleware};
use ring::digest::{SHA256, digest};
use serde::Deserialize;
use serde_json::{Value, json};

use super::origins::Origins;
use super::password::{HashError, Passwords};
use super::token::{Claims, Tokens, bearer};
use super::users::{SignUpError, User, Users};
use crate::cluster::{Directory, Unavailable};
use crate::http::api_error::{ApiError, JsonBody};
use crate::http::attempts::{Attempts, ClientNetwork, TooMany};

/// Returns the routes, with CORS headers for the pages that may use them.
pub(crate) fn routes(tokens: Arc<Tokens>, origins: Origins, directory: Directory) -> io::Result<Router> {
    let accounts = Accounts {
        tokens,
        users: Users::new(directory),
        passwords: Passwords::start()?,
        by_network: Attempts::new(NETWORK_BURST, NETWORK_INTERVAL),
        by_email: Attempts::new(EMAIL_BURST, EMAIL_INTERVAL),
    };
    let routes = Router::new()
        .route("/api:auth/auth/signup", post(sign_up))
        .route("/api:auth/auth/login", post(log_in))
        .route("/api:auth/auth/me", get(me))
        .layer(DefaultBodyLimit::max(BODY_BYTES))
        .layer(middleware::from_fn(require_json))
        .layer(origins.cors())
        .layer(middleware::from_fn_with_state(Arc::new(origins), require_admitted_page))
        .with_state(Arc::new(accounts));
    Ok(routes)
}

/// Refuses requests from pages of other origins. CORS would only keep these pages from reading the answer.
async fn require_admitted_page(
    State(origins): State<Arc<Origins>>,
    request: Request,
    next: Next,
) -> Result<Response, ApiError> {
    if !origins.admit_to_auth(request.headers()) {
        return Err(ApiError::denied(
            "Pages of this origin may not sign up or log in here; the server allows others with --allow-origin.",
        ));
    }
    Ok(next.run(request).await)
}

/// Accepts JSON only: a browser sends a preflight request before a page may post JSON to another origin.
async fn require_json(request: Request, next: Next) -> Result<Response, ApiError> {
    let content_type = request.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let essence = content_type.split(';').next().unwrap_or_default().trim();
    if request.method() == Method::POST && !essence.eq_ignore_ascii_case("application/json") {
        return Err(ApiError::not_json());
    }
    Ok(next.run(request).await)
}

struct Accounts {
    tokens: Arc<Tokens>,
    users: Users,
    passwords: Passwords,
    /// Counts sign-ups and logins together, because each hashes a password.
    by_network: Attempts<ClientNetwork>,
    /// Counts attempts by the hash of the e-mail address, because an address may be long.
    by_email: Attempts<[u8; 32]>,
}

#[derive(Deserialize)]
struct SignUp {
    #[serde(default)]
    name: String,
    email: String,
    password: String,
}

#[derive(Deserialize)]
struct LogIn {
    email: String,
    password: String,
}

async fn sign_up(
    State(accounts): State<Arc<Accounts>>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    JsonBody(input): JsonBody<SignUp>,
) -> Answer {
    let email = checked_email(&input.email)?;
    if input.name.chars().count() > NAME_CHARS {
        return Err(ApiError::input(format!("name: at most {NAME_CHARS} characters")));
    }
    if !(PASSWORD_BYTES_MIN..=PASSWORD_BYTES_MAX).contains(&input.password.len()) {
        return Err(ApiError::input(format!("password: {PASSWORD_BYTES_MIN} to {PASSWORD_BYTES_MAX} bytes")));
    }
    accounts.count(peer, &email)?;
    let hashed = accounts.passwords.hash(input.password).await.map_err(not_hashed)?;
    let user = accounts.users.add(input.name, email, hashed).await.map_err(|error| match error {
        SignUpError::Unavailable(error) => unavailable(error),
        SignUpError::EmailTaken | SignUpError::Full => ApiError::denied(error.to_string()),
    })?;
    accounts.token_for(&user)
}

async fn log_in(
    State(accounts): State<Arc<Accounts>>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    JsonBody(input): JsonBody<LogIn>,
) -> Answer {
    let email = normal_form(&input.email);
    accounts.count(peer, &email)?;
    let (user, hashed) = accounts.users.by_email(&email).await.map_err(unavailable)?.unzip();
    let is_right = accounts.passwords.is_right(input.password, hashed).await.map_err(not_hashed)?;
    match user.filter(|_| is_right) {
        Some(user) => accounts.token_for(&user),
        None => Err(ApiError::denied("Invalid Credentials.")),
    }
}

async fn me(State(accounts): State<Arc<Accounts>>, headers: HeaderMap) -> Result<Json<User>, ApiError> {
    let token =
        bearer(&headers).ok_or_else(|| ApiError::unauthorized("Authentication required: send a token as Bearer."))?;
    let claims = accounts.tokens.verify(token);
    let claims = claims.map_err(|problem| ApiError::unauthorized(format!("The token was not accepted: {problem}.")))?;
    let user = accounts.users.by_id(claims.id).await.map_err(unavailable)?.filter(|_| claims.dbo_id == USER_TABLE);
    user.map(Json).ok_or_else(|| ApiError::unauthorized("The token is of a user who is not known here; sign up again."))
}

fn not_hashed(error: HashError) -> ApiError {
    match error {
        HashError::Busy => ApiError::too_many("The server hashes as many passwords as it can; try again.", BUSY_FOR),
        HashError::Failed => ApiError::fatal("the password could not be hashed"),
    }
}

fn unavailable(error: Unavailable) -> ApiError {
    ApiError::unavailable(error.to_string())
}

type Answer = Result<Json<Value>, ApiError>;

impl Accounts {
    /// Counts one sign-up or login. Refuses it if there were too many from this network or for this account.
    fn count(&self, peer: SocketAddr, email: &str) -> Result<(), ApiError> {
        let now = Instant::now();
        let refused = |of: &'static str| {
            move |TooMany { retry_after }| {
                ApiError::too_many(format!("Too many attempts {of}; try again later."), retry_after)
            }
        };
        self.by_network.count(&peer.ip().into(), now).map_err(refused("from this address"))?;
        let digest = digest(&SHA256, email.as_bytes());
        let key = digest.as_ref().try_into().unwrap_or_default();
        self.by_email.count(&key, now).map_err(refused("for this account"))
    }

    fn token_for(&self, user: &User) -> Answer {
        let claims = Claims::new(USER_TABLE, user.id, user.extras());
        let token = self.tokens.sign(&claims).map_err(|_| ApiError::fatal("the token could not be signed"))?;
        Ok(Json(json!({ "authToken": token })))
    }
}

fn checked_email(email: &str) -> Result<String, ApiError> {
    let email = normal_form(email);
    let is_address = email.split_once('@').is_some_and(|(user, host)| !user.is_empty() && !host.is_empty());
    if !is_address || email.len() > EMAIL_BYTES || email.contains(char::is_whitespace) {
        return Err(ApiError::input("email: not an e-mail address"));
    }
    Ok(email)
}

/// Returns the address as Xano's input filters leave it: trimmed and in lower case.
fn normal_form(email: &str) -> String {
    email.trim().to_lowercase()
}

/// The `dbo_id` of users that signed up here. Other programs may sign tokens of other tables with the same key.
const USER_TABLE: i64 = 1;

const BODY_BYTES: usize = 16 * 1024;
const NAME_CHARS: usize = 100;
const EMAIL_BYTES: usize = 254;
const PASSWORD_BYTES_MIN: usize = 8;
const PASSWORD_BYTES_MAX: usize = 1024;

/// One address may have thirty attempts at once, as an office with many people does; then one every two seconds.
const NETWORK_BURST: u32 = 30;
const NETWORK_INTERVAL: Duration = Duration::from_secs(2);

/// One account may have ten attempts at once, then six per minute, from all addresses together.
const EMAIL_BURST: u32 = 10;
const EMAIL_INTERVAL: Duration = Duration::from_secs(10);

/// The approximate time in which a full queue of passwords is hashed.
const BUSY_FOR: Duration = Duration::from_secs(2);
