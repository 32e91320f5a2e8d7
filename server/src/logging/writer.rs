//! A bounded queue of log lines, and the thread that writes them.

use std::io::{self, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::thread;
use std::time::{Duration, Instant};

/// The log of the process. Lines wait in a bounded queue, and a separate thread writes them.
#[derive(Debug)]
pub struct Log {
    writer: LogWriter,
}

/// A handle that queues log lines; one call of `write` is one line. It never blocks and never fails: a line that does
/// not fit into the queue is counted as lost.
#[derive(Clone, Debug)]
pub struct LogWriter {
    queue: SyncSender<Entry>,
    dropped: DroppedLines,
}

/// The number of lost log lines: the queue was full, or the target failed.
#[derive(Clone, Debug, Default)]
pub struct DroppedLines(Arc<AtomicU64>);

#[derive(Debug)]
enum Entry {
    Line(Box<[u8]>),
    /// Signals that all entries before this one are written.
    Flush(SyncSender<()>),
}

impl Log {
    /// Starts the thread that writes to `target`.
    pub fn start(target: impl Write + Send + 'static) -> io::Result<Log> {
        let (queue, entries) = sync_channel(LINES);
        let dropped = DroppedLines::default();
        let writer = LogWriter { queue, dropped: dropped.clone() };
        thread::Builder::new().name("log".to_owned()).spawn(move || write_all(&entries, target, &dropped))?;
        Ok(Log { writer })
    }

    /// Returns a handle that queues lines for the thread.
    pub fn writer(&self) -> LogWriter {
        self.writer.clone()
    }

    /// Returns the counter of lost lines.
    pub fn dropped(&self) -> DroppedLines {
        self.writer.dropped.clone()
    }

    /// Waits until the queued lines are written, but at most a quarter of a second.
    pub fn finish(self) {
        let deadline = Instant::now() + FINISH_WITHIN;
        let (done, written) = sync_channel(1);
        let mut flush = Entry::Flush(done);
        while let Err(TrySendError::Full(entry)) = self.writer.queue.try_send(flush) {
            if Instant::now() >= deadline {
                return;
            }
            flush = entry;
            thread::sleep(FINISH_WITHIN / 50);
        }
        let _ = written.recv_timeout(deadline.saturating_duration_since(Instant::now()));
    }
}

impl Write for LogWriter {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        if self.queue.try_send(Entry::Line(bounded(line))).is_err() {
            self.dropped.add_one();
        }
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl DroppedLines {
    pub(crate) fn count(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }

    fn add_one(&self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }
}

fn write_all(entries: &Receiver<Entry>, mut target: impl Write, dropped: &DroppedLines) {
    for entry in entries {
        match entry {
            Entry::Line(line) => {
                if target.write_all(&line).is_err() {
                    dropped.add_one();
                }
            }
            Entry::Flush(done) => drop(done.send(())),
        }
    }
}

/// Returns a copy of the line, cut if it is longer than [`LINE_BYTES`].
fn bounded(line: &[u8]) -> Box<[u8]> {
    match line.get(..LINE_BYTES) {
        Some(start) if line.len() > LINE_BYTES => [start, b" [cut]\n"].concat().into(),
        _ => line.into(),
    }
}

/// The length of the queue. With [`LINE_BYTES`], at most 4 MiB wait for a reader that has stopped.
const LINES: usize = 1024;

/// The length at which a line is cut. The server itself writes no line this long.
const LINE_BYTES: usize = 4096;

/// This time is part of the five seconds in which the server must stop.
const FINISH_WITHIN: Duration = Duration::from_millis(250);

#[cfg(test)]
mod tests {
    use std::io::{self, Write};
    use std::sync::mpsc::{Receiver, Sender, channel};

    use super::{LINE_BYTES, LINES, Log};

    /// A target that writes one line each time it receives a signal.
    struct Stalled {
        go_on: Receiver<()>,
        written: Sender<Vec<u8>>,
    }

    impl Write for Stalled {
        fn write(&mut self, line: &[u8]) -> io::Result<usize> {
            let _ = self.go_on.recv();
            let _ = self.written.send(line.to_vec());
            Ok(line.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn lines_for_a_blocked_target_are_counted_as_lost_and_their_writer_does_not_wait() {
        let (go_on, stalled) = channel();
        let (written, lines) = channel();
        let log = Log::start(Stalled { go_on: stalled, written }).unwrap();
        let mut writer = log.writer();
        for number in 0..LINES + 100 {
            writer.write_all(format!("line {number}\n").as_bytes()).unwrap();
        }
        // The thread may hold one line that has left the queue.
        let dropped = log.dropped().count();
        assert!((99..=100).contains(&dropped), "{dropped}");
        drop(go_on);
        log.finish();
        assert_eq!(lines.try_iter().next().unwrap(), b"line 0\n");
    }

    #[test]
    fn lines_for_a_closed_target_are_counted_as_lost() {
        let (reader, closed) = io::pipe().unwrap();
        drop(reader);
        let log = Log::start(closed).unwrap();
        let dropped = log.dropped();
        log.writer().write_all(b"a line\n").unwrap();
        log.finish();
        assert_eq!(dropped.count(), 1);
    }

    #[test]
    fn a_line_that_is_too_long_is_cut() {
        let (mut reader, target) = io::pipe().unwrap();
        let log = Log::start(target).unwrap();
        log.writer().write_all(&[b'x'; LINE_BYTES * 2]).unwrap();
        log.finish();
        let mut line = vec![0; LINE_BYTES + 7];
        io::Read::read_exact(&mut reader, &mut line).unwrap();
        assert!(line.ends_with(b"x [cut]\n"));
    }
}
