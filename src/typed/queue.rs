//! What waits between a socket and a stream, bounded.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::task::{Context, Poll, Waker};

/// What happens when an application takes items out of a stream more slowly than they come. Whichever it is, the stream
/// says how many are missing, and where.
///
/// ```no_run,standalone_crate
/// # fn demo(client: xano_wasm::XanoClient) {
/// use xano_wasm::WhenFull;
/// // A log that has to be whole or end:
/// let audit = client.channel("audit").stream_capacity(10_000).when_full(WhenFull::End).join();
/// # }
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum WhenFull {
    /// The oldest item makes room: the stream stays close to what is said now.
    #[default]
    DropOldest,
    /// What comes is left out until there is room: what was there first is read whole.
    DropNewest,
    /// The stream ends behind what it holds.
    End,
}

/// How much a stream holds, and what happens beyond.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bounds {
    pub(super) capacity: usize,
    pub(super) when_full: WhenFull,
}

/// Enough for a burst of ten seconds at the hundred messages a second that servers take.
pub(super) const DEFAULT_CAPACITY: usize = 1_000;

/// One place of a stream.
#[derive(Debug, PartialEq)]
pub(super) enum Entry<T> {
    Item(T),
    /// So many items are missing here.
    Missing(u64),
}

/// Items of one stream, from whoever has them to whoever polls.
#[derive(Debug)]
pub(super) struct Queue<T> {
    bounds: Bounds,
    inner: RefCell<Inner<T>>,
}

#[derive(Debug)]
struct Inner<T> {
    entries: VecDeque<Entry<T>>,
    items: usize,
    is_closed: bool,
    waker: Option<Waker>,
}

impl<T> Queue<T> {
    pub(super) fn new(bounds: Bounds) -> Self {
        let inner = Inner { entries: VecDeque::new(), items: 0, is_closed: false, waker: None };
        Queue { bounds, inner: RefCell::new(inner) }
    }

    /// Takes an item, and returns one that is not handed out: this one, or one that has made room.
    pub(super) fn push(&self, item: T) -> Option<T> {
        let (lost, waker) = {
            let mut inner = self.inner.borrow_mut();
            if inner.is_closed {
                return Some(item);
            }
            let lost = if inner.items < self.bounds.capacity {
                inner.add(item);
                None
            } else {
                match self.bounds.when_full {
                    WhenFull::DropOldest => {
                        let oldest = inner.take_oldest();
                        inner.add(item);
                        oldest
                    }
                    WhenFull::DropNewest => {
                        inner.miss_newest();
                        Some(item)
                    }
                    WhenFull::End => {
                        inner.miss_newest();
                        inner.is_closed = true;
                        Some(item)
                    }
                }
            };
            (lost, inner.waker.take())
        };
        // With nothing borrowed: a waker is foreign code.
        if let Some(waker) = waker {
            waker.wake();
        }
        lost
    }

    /// What is there and is not handed out any more.
    pub(super) fn take_all(&self) -> impl Iterator<Item = T> {
        let mut inner = self.inner.borrow_mut();
        inner.items = 0;
        std::mem::take(&mut inner.entries).into_iter().filter_map(|entry| match entry {
            Entry::Item(item) => Some(item),
            Entry::Missing(_) => None,
        })
    }

    /// Nothing more comes; what is there is still handed out.
    pub(super) fn close(&self) {
        let waker = {
            let mut inner = self.inner.borrow_mut();
            inner.is_closed = true;
            inner.waker.take()
        };
        if let Some(waker) = waker {
            waker.wake();
        }
    }

    pub(super) fn poll(&self, context: &Context<'_>) -> Poll<Option<Entry<T>>> {
        let mut inner = self.inner.borrow_mut();
        match inner.entries.pop_front() {
            Some(entry) => {
                if matches!(entry, Entry::Item(_)) {
                    inner.items -= 1;
                }
                Poll::Ready(Some(entry))
            }
            None if inner.is_closed => Poll::Ready(None),
            None => {
                inner.waker = Some(context.waker().clone());
                Poll::Pending
            }
        }
    }
}

impl<T> Inner<T> {
    fn add(&mut self, item: T) {
        self.entries.push_back(Entry::Item(item));
        self.items += 1;
    }

    fn take_oldest(&mut self) -> Option<T> {
        let mut missing = 0;
        let mut oldest = None;
        while let Some(entry) = self.entries.pop_front() {
            match entry {
                Entry::Missing(earlier) => missing += earlier,
                Entry::Item(item) => {
                    missing += 1;
                    self.items -= 1;
                    oldest = Some(item);
                    break;
                }
            }
        }
        self.entries.push_front(Entry::Missing(missing));
        oldest
    }

    fn miss_newest(&mut self) {
        match self.entries.back_mut() {
            Some(Entry::Missing(missing)) => *missing += 1,
            _ => self.entries.push_back(Entry::Missing(1)),
        }
    }
}
