//! The queue of frames inside an outbox, and the vectored write that sends many of them at once.

use std::collections::VecDeque;
use std::io::{self, IoSlice};

use tokio::net::TcpStream;

use crate::hub::Encoded;

/// Frames that wait for a socket, in order. The first may be partly written.
#[derive(Debug, Default)]
pub(crate) struct Backlog {
    frames: VecDeque<Encoded>,
    /// The number of bytes of the first frame that are already written.
    written: usize,
    waiting: Bytes,
}

/// The number of waiting bytes. A partly written frame counts in full.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Bytes {
    /// Bytes of frames that the server sends on its own, such as messages and presence.
    pub(crate) pushed: usize,
    /// Bytes of history answers, which the client has requested. They share their memory with the history.
    pub(crate) answers: usize,
}

impl Bytes {
    pub(crate) fn all(self) -> usize {
        self.pushed + self.answers
    }

    /// Returns the counter to which this frame belongs.
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

    /// Returns the bytes that wait behind a partly written frame. That frame is left out, because it leaves only as
    /// fast as the client reads and must not count as slowness.
    pub(crate) fn waiting_behind(&self) -> Bytes {
        let mut bytes = self.waiting;
        if let Some(begun) = self.frames.front().filter(|_| self.written > 0) {
            *bytes.of(begun) -= begun.len();
        }
        bytes
    }

    /// Returns the number of bytes that the kernel has not accepted yet.
    pub(crate) fn unwritten_bytes(&self) -> usize {
        self.waiting.all() - self.written
    }

    pub(crate) fn push(&mut self, frame: Encoded) {
        *self.waiting.of(&frame) += frame.len();
        self.frames.push_back(frame);
    }

    /// Appends a later backlog to this one.
    pub(crate) fn append(&mut self, mut later: Backlog) {
        self.waiting.pushed += later.waiting.pushed;
        self.waiting.answers += later.waiting.answers;
        self.frames.append(&mut later.frames);
    }

    /// Drops every frame except a partly written one. Without its rest, the client would read the next frame as part of
    /// it.
    pub(crate) fn drop_unbegun(&mut self) {
        self.frames.truncate(usize::from(self.written > 0));
        self.waiting = Bytes::default();
        for frame in &self.frames {
            *self.waiting.of(frame) += frame.len();
        }
    }

    /// Writes until the backlog is empty or the kernel's send buffer is full.
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

    /// Returns an empty backlog that keeps the allocation of this one, unless that is large.
    pub(crate) fn emptied(mut self) -> Backlog {
        self.frames.clear();
        if self.frames.capacity() > KEPT_FRAMES {
            return Backlog::default();
        }
        Backlog { frames: self.frames, written: 0, waiting: Bytes::default() }
    }
}

/// The number of slices in one vectored write.
const SLICES: usize = 64;

/// The largest allocation that is kept. Most batches are smaller.
const KEPT_FRAMES: usize = 64;
