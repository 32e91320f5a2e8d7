//! The signature that proves to a trigger which server sends a request, and with which body.

use std::fmt::Write;
use std::time::{SystemTime, UNIX_EPOCH};

use ring::hmac::{Context, HMAC_SHA256, Key};

use crate::settings::Secret;

/// The key that signs the bodies of requests to triggers.
#[derive(Debug)]
pub(super) struct Signer(Key);

impl Signer {
    pub(super) fn new(secret: &Secret) -> Signer {
        Signer(Key::new(HMAC_SHA256, secret.bytes()))
    }

    /// Returns the signature header for a body that is sent now.
    pub(super) fn sign(&self, body: &str) -> String {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        self.sign_at(now.as_secs(), body)
    }

    /// Returns `t=SECONDS,v1=HEX`, the HMAC of `SECONDS.BODY`. The time in it lets a trigger refuse a replayed request.
    fn sign_at(&self, seconds: u64, body: &str) -> String {
        let mut context = Context::with_key(&self.0);
        context.update(format!("{seconds}.").as_bytes());
        context.update(body.as_bytes());
        let mut header = format!("t={seconds},v1=");
        for byte in context.sign().as_ref() {
            // Writing to a string never fails.
            let _ = write!(header, "{byte:02x}");
        }
        header
    }
}

pub(super) const SIGNATURE: &str = "x-xano-signature";

#[cfg(test)]
mod tests {
    use super::Signer;
    use crate::settings::Secret;

    #[test]
    fn the_signature_covers_time_and_body() {
        let signer = Signer::new(&Secret::new(*b"a key for triggers alone"));
        // printf '1700000000.{"a":1}' | openssl dgst -sha256 -hmac 'a key for triggers alone'
        let expected = "t=1700000000,v1=9b25cf11e0331ae80612e4916130f45a890ca77ed4afe59c56589d35541d1d3f";
        assert_eq!(signer.sign_at(1_700_000_000, r#"{"a":1}"#), expected);
    }
}
