//! Frames that wait for a socket, in order; the first may be half written.

use std::collections::VecDeque;
use std::io::{self, IoSlice};

use tokio::net::TcpStream;

use super::Encoded;

/// Frames that wait for a socket, in order; the first may be half written.
#[derive(Debug, Default)]
pub(crate) struct Backlog {
    frames: VecDeque<Encoded>,
    /// How much of the first frame is written.
    written: usize,
    bytes: usize,
}

impl Backlog {
    pub(crate) fn is_empty(&self) -> bool {
        self.frames.is_empty()
    }

    /// How many bytes the frames have, a half written one in full.
    pub(crate) fn bytes(&self) -> usize {
        self.bytes
    }

    /// How many bytes the kernel has yet to take.
    pub(crate) fn unwritten_bytes(&self) -> usize {
        self.bytes - self.written
    }

    pub(crate) fn push(&mut self, frame: Encoded) {
        self.bytes += frame.as_bytes().len();
        self.frames.push_back(frame);
    }

    /// Puts others behind these.
    pub(crate) fn append(&mut self, mut later: Backlog) {
        self.bytes += later.bytes;
        self.frames.append(&mut later.frames);
    }

    /// Drops what is not begun. What is begun has to be finished, or the next frame would be taken for its rest.
    pub(crate) fn drop_unbegun(&mut self) {
        self.frames.truncate(usize::from(self.written > 0));
        self.bytes = self.frames.iter().map(|frame| frame.as_bytes().len()).sum();
    }

    /// Writes until nothing is left, or the kernel takes no more.
    pub(crate) fn write_to(&mut self, stream: &TcpStream) -> io::Result<()> {
        while !self.frames.is_empty() {
            let mut slices = [IoSlice::new(&[]); SLICES];
            let mut begun = self.written;
            for (slice, frame) in slices.iter_mut().zip(&self.frames) {
                *slice = IoSlice::new(frame.as_bytes().get(begun..).unwrap_or_default());
                begun = 0;
            }
            let taken = match slices.get(..self.frames.len()).unwrap_or(&slices) {
                [only] => stream.try_write(only)?,
                several => stream.try_write_vectored(several)?,
            };
            self.advance(taken);
        }
        Ok(())
    }

    fn advance(&mut self, taken: usize) {
        self.written += taken;
        while let Some(first) = self.frames.front() {
            let length = first.as_bytes().len();
            if self.written < length {
                return;
            }
            self.written -= length;
            self.bytes -= length;
            self.frames.pop_front();
        }
    }

    /// Nothing, with the room of this one where that is not much.
    pub(crate) fn emptied(mut self) -> Backlog {
        self.frames.clear();
        if self.frames.capacity() > KEPT_FRAMES {
            return Backlog::default();
        }
        Backlog { frames: self.frames, written: 0, bytes: 0 }
    }
}

/// As many frames leave in one write.
const SLICES: usize = 64;

/// Most batches are smaller.
const KEPT_FRAMES: usize = 64;
