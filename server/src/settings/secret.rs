//! The keys that the server signs with.

use std::fmt;

/// A key that signs tokens or requests to triggers. Its debug output hides the bytes.
#[derive(Clone)]
pub struct Secret(Vec<u8>);

impl Secret {
    /// Creates a key from bytes that the operator has chosen.
    pub fn new(bytes: impl Into<Vec<u8>>) -> Secret {
        Secret(bytes.into())
    }

    /// Creates a random key. Tokens signed with it are no longer valid after a restart.
    pub fn random() -> Result<Secret, getrandom::Error> {
        let mut bytes = vec![0; 32];
        getrandom::fill(&mut bytes)?;
        Ok(Secret(bytes))
    }

    /// Returns the bytes of the key.
    pub(crate) fn bytes(&self) -> &[u8] {
        &self.0
    }

    /// Returns whether the key is shorter than the hash, so that guessing the key is easier than forging a signature.
    pub fn is_short(&self) -> bool {
        self.0.len() < 32
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Secret(…)")
    }
}
