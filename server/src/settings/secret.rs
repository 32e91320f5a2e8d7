//! Keys that a server signs with.

use std::fmt;

/// The key that signs tokens. Printing it does not show it.
#[derive(Clone)]
pub struct Secret(Vec<u8>);

impl Secret {
    /// A key that somebody chose.
    pub fn new(bytes: impl Into<Vec<u8>>) -> Secret {
        Secret(bytes.into())
    }

    /// A key that nobody knows: tokens signed with it are worth nothing after a restart.
    pub fn random() -> Result<Secret, getrandom::Error> {
        let mut bytes = vec![0; 32];
        getrandom::fill(&mut bytes)?;
        Ok(Secret(bytes))
    }

    /// The key itself, for those who share it.
    pub(crate) fn bytes(&self) -> &[u8] {
        &self.0
    }

    /// Whether it is shorter than the hash, so that guessing the key is the easier way.
    pub fn is_short(&self) -> bool {
        self.0.len() < 32
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Secret(…)")
    }
}
