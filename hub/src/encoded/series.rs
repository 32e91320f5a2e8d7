//! Variants of frames that were encoded before: they differ from them in their beginning and in their end. A transcript
//! and a replay of V2 consist of such frames. Like a history answer, they cost little memory while they wait.

use std::sync::Arc;

use super::{HEADER_BYTES_MAX, put_header, text_of};

/// Several complete frames. Each shares the middle of a frame that was encoded before.
pub(super) struct Series {
    frames: Box<[Variant]>,
    /// The length of all frames together.
    len: usize,
}

/// The texts with which a variant begins and ends.
pub(crate) struct Ends<'a> {
    /// The beginning of the other frame, which the variant does not have.
    pub(crate) instead_of: &'a str,
    /// The beginning of the variant.
    pub(crate) opening: &'a str,
    /// Returns the end of the n-th variant, which has the last brace.
    pub(crate) closing: &'a dyn Fn(usize) -> String,
}

struct Variant {
    /// The header, and the text before the middle.
    opening: Box<[u8]>,
    /// The other frame.
    of: Arc<[u8]>,
    /// The number of its bytes before the middle.
    skipped: usize,
    closing: Box<[u8]>,
}

impl Series {
    pub(super) fn new<'a>(frames: impl Iterator<Item = &'a Arc<[u8]>>, ends: &Ends<'_>) -> Series {
        let frames: Box<[Variant]> = frames.enumerate().map(|(place, of)| Variant::new(place, of, ends)).collect();
        let len = frames.iter().map(Variant::len).sum();
        Series { frames, len }
    }

    pub(super) fn len(&self) -> usize {
        self.len
    }

    /// Returns the n-th piece. Each frame has three: the opening, the middle and the closing.
    pub(super) fn piece(&self, index: usize) -> Option<&[u8]> {
        let frame = self.frames.get(index / 3)?;
        Some(match index % 3 {
            0 => &frame.opening,
            1 => frame.middle(),
            _ => &frame.closing,
        })
    }
}

impl Variant {
    fn new(place: usize, of: &Arc<[u8]>, ends: &Ends<'_>) -> Variant {
        let skipped = of.len() - text_of(of).len() + ends.instead_of.len();
        let closing = (ends.closing)(place).into_bytes().into_boxed_slice();
        let mut variant = Variant { opening: Box::default(), of: Arc::clone(of), skipped, closing };
        let mut opening = Vec::with_capacity(HEADER_BYTES_MAX + ends.opening.len());
        put_header(&mut opening, ends.opening.len() + variant.middle().len() + variant.closing.len());
        opening.extend_from_slice(ends.opening.as_bytes());
        variant.opening = opening.into();
        variant
    }

    fn len(&self) -> usize {
        self.opening.len() + self.middle().len() + self.closing.len()
    }

    /// Returns what the two frames share. The last brace belongs to the closing.
    fn middle(&self) -> &[u8] {
        self.of.get(self.skipped..self.of.len().saturating_sub(1)).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use crate::Encoded;
    use crate::encoded::Ends;

    #[test]
    fn a_series_has_the_bytes_of_its_frames_one_after_the_other() {
        let frames = [1, 200, 70_000].map(|len| Encoded::text(&format!("{{\"a\":1,\"b\":\"{}\"}}", "z".repeat(len))));
        let ends = Ends { instead_of: "{\"a\":1", opening: "{\"a\":2", closing: &|place| format!(",\"ts\":{place}}}") };
        let series = Encoded::series(frames.iter(), &ends);
        let bytes = |encoded: &Encoded| encoded.pieces().flatten().copied().collect::<Vec<u8>>();
        let text = |(place, len)| format!("{{\"a\":2,\"b\":\"{}\",\"ts\":{place}}}", "z".repeat(len));
        let expected: Vec<u8> =
            [1, 200, 70_000].into_iter().enumerate().flat_map(|frame| bytes(&Encoded::text(&text(frame)))).collect();
        assert_eq!((bytes(&series), series.len()), (expected.clone(), expected.len()));
        assert!(series.as_whole().is_none(), "counted as an answer");
    }
}
