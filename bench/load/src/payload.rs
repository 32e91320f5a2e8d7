//! What is in a message: the channel, a number that counts up on it, and letters up to the wanted size.
//!
//! `#m000017:0000012345:xxxx…`, or with `p` for a probe, which only finds out who hears.

use memchr::memmem;

/// What a payload says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Payload {
    pub(crate) kind: Kind,
    pub(crate) channel: usize,
    pub(crate) number: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Message,
    Probe,
}

/// Without the letters.
pub(crate) const SMALLEST_BYTES: usize = 20;

impl Payload {
    pub(crate) fn text(self, bytes: usize) -> String {
        let Payload { kind, channel, number } = self;
        let kind = match kind {
            Kind::Message => 'm',
            Kind::Probe => 'p',
        };
        let mut text = format!("#{kind}{channel:06}:{number:010}:");
        text.extend(std::iter::repeat_n(LETTER as char, bytes.saturating_sub(SMALLEST_BYTES)));
        text
    }

    /// The payloads of that size in what a server sent, whatever it puts around them; `Err` with what is none.
    pub(crate) fn all_in(sent: &[u8], bytes: usize) -> impl Iterator<Item = Result<Payload, String>> {
        memmem::find_iter(sent, b"#").map(move |start| {
            let text = sent.get(start..start + bytes);
            text.and_then(Payload::parse).ok_or_else(|| {
                let shown = &sent[start..sent.len().min(start + bytes)];
                format!("a payload arrived changed: {}", String::from_utf8_lossy(shown))
            })
        })
    }

    fn parse(text: &[u8]) -> Option<Payload> {
        let (head, letters) = text.split_at_checked(SMALLEST_BYTES)?;
        let kind = match head[1] {
            b'm' => Kind::Message,
            b'p' => Kind::Probe,
            _ => return None,
        };
        let is_whole = head[8] == b':' && head[19] == b':' && letters.iter().all(|&letter| letter == LETTER);
        let number = |digits: &[u8]| {
            digits.iter().try_fold(0_u32, |sum, digit| {
                digit.is_ascii_digit().then(|| sum.wrapping_mul(10).wrapping_add(u32::from(digit - b'0')))
            })
        };
        is_whole.then_some(Payload { kind, channel: number(&head[2..8])? as usize, number: number(&head[9..19])? })
    }
}

const LETTER: u8 = b'x';

#[cfg(test)]
mod tests {
    use super::{Kind, Payload};

    #[test]
    fn a_payload_is_found_in_whatever_surrounds_it() {
        let payload = Payload { kind: Kind::Message, channel: 17, number: 123_456 };
        let sent = format!("42[\"{0}\"]{0}", payload.text(100));
        let found: Vec<_> = Payload::all_in(sent.as_bytes(), 100).collect();
        assert_eq!(found, [Ok(payload), Ok(payload)]);
    }

    #[test]
    fn one_changed_byte_is_found_out() {
        let text = Payload { kind: Kind::Message, channel: 17, number: 5 }.text(60);
        for place in 1..text.len() {
            let mut changed = text.clone().into_bytes();
            changed[place] ^= 0x40;
            let found: Vec<_> = Payload::all_in(&changed, 60).collect();
            assert!(found.iter().any(Result::is_err), "{}", String::from_utf8_lossy(&changed));
        }
    }
}
