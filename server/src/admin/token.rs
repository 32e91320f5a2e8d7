//! The token that opens the admin's endpoints.

use std::fmt;
use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::Path;
use std::sync::Arc;

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use subtle::ConstantTimeEq;

use crate::api_error::ApiError;
use crate::auth::bearer;

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

    /// Writes it to a new file that its owner alone may read.
    pub fn write_to_new_file(&self, path: &Path) -> io::Result<()> {
        writeln!(new_private_file(path)?, "{}", self.0)
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

/// Lets a request through that carries the token.
pub(super) async fn require(
    State(token): State<Arc<Option<AdminToken>>>,
    request: Request,
    next: Next,
) -> Result<Response, ApiError> {
    let candidate = bearer(request.headers());
    let is_admin = candidate.zip(token.as_ref().as_ref()).is_some_and(|(candidate, token)| token.is(candidate));
    if !is_admin {
        return Err(ApiError::unauthorized("Send the admin token as Bearer; the server printed where it keeps it."));
    }
    Ok(next.run(request).await)
}

#[cfg(unix)]
fn new_private_file(path: &Path) -> io::Result<File> {
    use std::os::unix::fs::OpenOptionsExt;
    OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)
}

/// The folder for temporary files is the user's own.
#[cfg(not(unix))]
fn new_private_file(path: &Path) -> io::Result<File> {
    OpenOptions::new().write(true).create_new(true).open(path)
}
