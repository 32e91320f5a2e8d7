//! How fast one socket may send, in virtual time: the buckets of the server's `rate_limit.rs` with its default limits.

use xano_realtime_server::Limits;

/// What one socket has sent of late.
pub(crate) struct Rates {
    messages: Bucket,
    bytes: Bucket,
}

struct Bucket {
    level: f64,
    drained_at_ms: u64,
}

impl Rates {
    pub(crate) fn new(now_ms: u64) -> Rates {
        let bucket = || Bucket { level: 0.0, drained_at_ms: now_ms };
        Rates { messages: bucket(), bytes: bucket() }
    }

    /// Whether a frame may come now. Joins and leaves count as bytes alone: they have a bucket of their own, which no
    /// test fills.
    pub(crate) fn admit(&mut self, text: &str, now_ms: u64) -> bool {
        let limits = Limits::default();
        self.messages.drain(limits.messages_per_second, now_ms);
        self.bytes.drain(limits.bytes_per_second, now_ms);
        // One frame beyond the burst of bytes still may.
        let fits = self.bytes.level <= limits.byte_burst as f64;
        if fits {
            self.bytes.level += text.len() as f64;
        }
        if text.contains(r#""action":"join""#) || text.contains(r#""action":"leave""#) {
            return fits;
        }
        let is_admitted = fits && self.messages.level + 1.0 <= limits.message_burst as f64;
        if is_admitted {
            self.messages.level += 1.0;
        }
        is_admitted
    }
}

impl Bucket {
    fn drain(&mut self, per_second: usize, now_ms: u64) {
        let passed_s = (now_ms - self.drained_at_ms) as f64 / 1_000.0;
        self.level = (self.level - per_second as f64 * passed_s).max(0.0);
        self.drained_at_ms = now_ms;
    }
}
