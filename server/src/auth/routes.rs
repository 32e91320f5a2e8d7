//! `/api:auth`: sign-up, login and *me*, as Xano's starter has them.

use std::sync::Arc;

use axum::extract::{DefaultBodyLimit, State};
use axum::http::HeaderMap;
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::{Value, json};

use super::origins::Origins;
use super::password::Passwords;
use super::token::{Claims, Tokens, bearer};
use super::users::{SignUpError, User, Users};
use crate::api_error::{ApiError, JsonBody};
use crate::cluster::{Cluster, Unavailable};

/// The endpoints, with CORS for the pages that may use them.
pub(crate) fn routes(tokens: Arc<Tokens>, origins: &Origins, cluster: Option<Cluster>) -> Router {
    let accounts = Accounts { tokens, users: Users::new(cluster), passwords: Passwords::new() };
    Router::new()
        .route("/api:auth/auth/signup", post(sign_up))
        .route("/api:auth/auth/login", post(log_in))
        .route("/api:auth/auth/me", get(me))
        .layer(DefaultBodyLimit::max(BODY_BYTES))
        .layer(origins.cors())
        .with_state(Arc::new(accounts))
}

struct Accounts {
    tokens: Arc<Tokens>,
    users: Users,
    passwords: Passwords,
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

async fn sign_up(State(accounts): State<Arc<Accounts>>, JsonBody(input): JsonBody<SignUp>) -> Answer {
    let email = checked_email(&input.email)?;
    if input.name.chars().count() > NAME_CHARS {
        return Err(ApiError::input(format!("name: at most {NAME_CHARS} characters")));
    }
    if !(PASSWORD_BYTES_MIN..=PASSWORD_BYTES_MAX).contains(&input.password.len()) {
        return Err(ApiError::input(format!("password: {PASSWORD_BYTES_MIN} to {PASSWORD_BYTES_MAX} bytes")));
    }
    let hashed = accounts.passwords.hash(input.password).await;
    let hashed = hashed.ok_or_else(|| ApiError::fatal("the password could not be hashed"))?;
    let user = accounts.users.add(input.name, email, hashed).await.map_err(|error| match error {
        SignUpError::Unavailable(error) => unavailable(error),
        SignUpError::EmailTaken | SignUpError::Full => ApiError::denied(error.to_string()),
    })?;
    accounts.token_for(&user)
}

async fn log_in(State(accounts): State<Arc<Accounts>>, JsonBody(input): JsonBody<LogIn>) -> Answer {
    let found = accounts.users.by_email(&normal_form(&input.email)).await.map_err(unavailable)?;
    let (user, hashed) = found.unzip();
    let is_right = accounts.passwords.is_right(input.password, hashed).await;
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

fn unavailable(error: Unavailable) -> ApiError {
    ApiError::unavailable(error.to_string())
}

type Answer = Result<Json<Value>, ApiError>;

impl Accounts {
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

/// As Xano's filters on such an input: no spaces around it, lower case.
fn normal_form(email: &str) -> String {
    email.trim().to_lowercase()
}

/// The `dbo_id` of users that signed up here. Tokens of other tables come from whoever knows the key.
const USER_TABLE: i64 = 1;

const BODY_BYTES: usize = 16 * 1024;
const NAME_CHARS: usize = 100;
const EMAIL_BYTES: usize = 254;
const PASSWORD_BYTES_MIN: usize = 8;
const PASSWORD_BYTES_MAX: usize = 1024;
