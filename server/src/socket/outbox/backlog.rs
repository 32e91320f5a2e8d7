//! Frames that wait for a socket, in order; the first may be half written.

use std::collections::VecDeque;
use std::io::{self, IoSlice};

use tokio::net::TcpStream;

use crate::hub::Encoded;

/// Frames that wait for a socket, in order; the first may be half written.
#[derive(Debug, Default)]
pub(crate) struct Backlog {
    frames: VecDeque<Encoded>,
    /// How much of the first frame is written.
    written: usize,
    waiting: Bytes,
}

/// How many bytes wait, a half written frame in full.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Bytes {
    /// Of frames that the socket is sent without having asked for each.
    pub(crate) pushed: usize,
    /// Of answers with kept messages, which the client asked for. Their bytes are the history's.
    pub(crate) answers: usize,
}

impl Bytes {
    pub(crate) fn all(self) -> usize {
        self.pushed + self.answers
    }

    /// Where the bytes of this frame are counted.
    fn of(&mut self, frame: &Encoded) -> &mut usize {
        if frame.as_whole().is_some() { &mut self.pushed } else { &mut self.answers }
    }
}

impl Backlog {
    pub(crate) fn is_empty(&self) -> bool {
        self.frames.is_empty()
    }

    pub(crate) fn waiting(&self) -> Bytes {
        self.waiting
    }

    /// The bytes that wait behind a half written frame: that one leaves as fast as the client reads, and is not counted
    /// against it.
    pub(crate) fn waiting_behind(&self) -> Bytes {
        let mut bytes = self.waiting;
        if let Some(begun) = self.frames.front().filter(|_| self.written > 0) {
            *bytes.of(begun) -= begun.len();
        }
        bytes
    }

    /// How many bytes the kernel has yet to take.
    pub(crate) fn unwritten_bytes(&self) -> usize {
        self.waiting.all() - self.written
    }

    pub(crate) fn push(&mut self, frame: Encoded) {
        *self.waiting.of(&frame) += frame.len();
        self.frames.push_back(frame);
    }

    /// Puts others behind these.
    pub(crate) fn append(&mut self, mut later: Backlog) {
        self.waiting.pushed += later.waiting.pushed;
        self.waiting.answers += later.waiting.answers;
        self.frames.append(&mut later.frames);
    }

    /// Drops what is not begun. What is begun has to be finished, or the next frame would be taken for its rest.
    pub(crate) fn drop_unbegun(&mut self) {
        self.frames.truncate(usize::from(self.written > 0));
        self.waiting = Bytes::default();
        for frame in &self.frames {
            *self.waiting.of(frame) += frame.len();
        }
    }

    /// Writes until nothing is left, or the kernel takes no more.
    pub(crate) fn write_to(&mut self, stream: &TcpStream) -> io::Result<()> {
        while let Some(first) = self.frames.front() {
            let taken = match (first.as_whole(), self.frames.len()) {
                (Some(bytes), 1) => stream.try_write(bytes.get(self.written..).unwrap_or_default())?,
                _ => self.write_several(stream)?,
            };
            self.advance(taken);
        }
        Ok(())
    }

    fn write_several(&self, stream: &TcpStream) -> io::Result<usize> {
        let mut slices = [IoSlice::new(&[]); SLICES];
        let mut written = self.written;
        let rest = |piece: &'_ [u8], written: &mut usize| {
            let skipped = piece.len().min(*written);
            *written -= skipped;
            skipped
        };
        let pieces = self.frames.iter().flat_map(Encoded::pieces);
        let unwritten = pieces.filter_map(|piece| piece.get(rest(piece, &mut written)..).filter(|it| !it.is_empty()));
        let mut filled = 0;
        for (slice, piece) in slices.iter_mut().zip(unwritten) {
            *slice = IoSlice::new(piece);
            filled += 1;
        }
        stream.try_write_vectored(slices.get(..filled).unwrap_or_default())
    }

    fn advance(&mut self, taken: usize) {
        self.written += taken;
        while let Some(first) = self.frames.front() {
            let length = first.len();
            if self.written < length {
                return;
            }
            self.written -= length;
            *self.waiting.of(first) -= length;
            self.frames.pop_front();
        }
    }

    /// Nothing, with the room of this one where that is not much.
    pub(crate) fn emptied(mut self) -> Backlog {
        self.frames.clear();
        if self.frames.capacity() > KEPT_FRAMES {
            return Backlog::default();
        }
        Backlog { frames: self.frames, written: 0, waiting: Bytes::default() }
    }
}

/// As many pieces leave in one write.
const SLICES: usize = 64;

/// Most batches are smaller.
const KEPT_FRAMES: usize = 64;
