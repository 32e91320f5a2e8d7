//! The frames that the engine has, by number: what waits for a connection, and what was published and waits for its answer.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, HashMap};
use std::rc::{Rc, Weak};

use futures::channel::oneshot;
use js_sys::Uint32Array;
use wasm_bindgen::prelude::*;

use super::error::PublishError;
use super::items::Published;
use super::room::Room;
use super::shared_channel::SharedChannel;
use crate::engine::FrameId;

thread_local! {
    static KEPT: RefCell<BTreeMap<FrameId, Kept>> = const { RefCell::new(BTreeMap::new()) };
    /// The numbers of published messages, by their keys.
    static KEYS: RefCell<HashMap<String, FrameId>> = RefCell::default();
    static MADE: Cell<FrameId> = const { Cell::new(0) };
}

#[wasm_bindgen]
extern "C" {
    // Of the global scope: a page's and a worker's alike.
    #[wasm_bindgen(js_namespace = crypto, js_name = getRandomValues)]
    fn fill_with_random(words: &Uint32Array);
}

/// A frame that the engine knows by its number.
pub(super) struct Kept {
    pub(super) text: String,
    pub(super) comes_back: bool,
    /// Where an answer is awaited.
    pub(super) publication: Option<Publication>,
}

/// A published message: sent until the server has answered, and taken by it once.
pub(super) struct Publication {
    /// Where it was published.
    pub(super) room: Weak<Room>,
    pub(super) key: String,
    pub(super) sent: Sent,
    answer: oneshot::Sender<Outcome>,
}

/// How a published message went out.
pub(super) enum Sent {
    Not,
    /// Without its key: its echo alone answers it, and it is never sent again.
    Plain,
    /// With its key, to a server in that epoch: one in another epoch does not know the key.
    Keyed(String),
}

/// What becomes of a published message.
pub(super) type Outcome = Result<Published, PublishError>;

impl Publication {
    /// With a new key, and where its outcome is told. Without one: the channel was left.
    pub(super) fn new(room: Weak<Room>) -> (Publication, oneshot::Receiver<Outcome>) {
        let (answer, answered) = oneshot::channel();
        (Publication { room, key: new_key(), sent: Sent::Not, answer }, answered)
    }

    /// Whether it was sent to a server of which one with this epoch knows nothing.
    pub(super) fn was_sent_to_another(&self, epoch: &str) -> bool {
        matches!(&self.sent, Sent::Keyed(known) if known != epoch)
    }

    /// Whether it was published on that channel.
    fn is_on(&self, channel: &SharedChannel) -> bool {
        self.room.upgrade().is_some_and(|room| room.is_at(channel))
    }
}

impl Kept {
    /// Tells what became of it, where an answer is awaited.
    pub(super) fn settle(self, outcome: Outcome) {
        if let Some(publication) = self.publication {
            // Who does not wait any more needs no answer.
            let _ = publication.answer.send(outcome);
        }
    }
}

pub(super) fn keep(frame: Kept) -> FrameId {
    let number = MADE.get().wrapping_add(1);
    MADE.set(number);
    if let Some(publication) = &frame.publication {
        KEYS.with_borrow_mut(|keys| keys.insert(publication.key.clone(), number));
    }
    KEPT.with_borrow_mut(|kept| kept.insert(number, frame));
    number
}

/// The frame, which is forgotten.
pub(super) fn take(number: FrameId) -> Option<Kept> {
    let frame = KEPT.with_borrow_mut(|kept| kept.remove(&number))?;
    if let Some(publication) = &frame.publication {
        KEYS.with_borrow_mut(|keys| keys.remove(&publication.key));
    }
    Some(frame)
}

/// The text of a published message, with its key if it goes to a server that answers keys, in that epoch. It is kept, to be
/// sent again.
pub(super) fn published_text(number: FrameId, epoch: Option<String>) -> Option<String> {
    KEPT.with_borrow_mut(|kept| {
        let frame = kept.get_mut(&number)?;
        let publication = frame.publication.as_mut()?;
        Some(match epoch {
            None => {
                publication.sent = Sent::Plain;
                frame.text.clone()
            }
            Some(epoch) => {
                publication.sent = Sent::Keyed(epoch);
                // The frame's own options are the first to be named so.
                let options = format!(r#""options":{{"key":"{}","#, publication.key);
                frame.text.replacen(r#""options":{"#, &options, 1)
            }
        })
    })
}

/// The number of the published message with that key.
pub(super) fn number_of(key: &str) -> Option<FrameId> {
    KEYS.with_borrow(|keys| keys.get(key).copied())
}

/// Where that message was published.
pub(super) fn room_of(number: FrameId) -> Option<Rc<Room>> {
    KEPT.with_borrow(|kept| kept.get(&number)?.publication.as_ref()?.room.upgrade())
}

/// The numbers of what was published there, in the order of publishing. The room may be one that is being dropped.
pub(super) fn published_in(room: &Room) -> Vec<FrameId> {
    let is_of = |frame: &Kept| frame.publication.as_ref().is_some_and(|known| std::ptr::eq(known.room.as_ptr(), room));
    KEPT.with_borrow(|kept| kept.iter().filter(|(_, frame)| is_of(frame)).map(|(&number, _)| number).collect())
}

/// The numbers of what was published on that channel and was sent in another epoch.
pub(super) fn sent_in_another_epoch(channel: &SharedChannel, epoch: &str) -> Vec<FrameId> {
    let is_meant = |frame: &Kept| {
        let publication = frame.publication.as_ref();
        publication.is_some_and(|known| known.was_sent_to_another(epoch) && known.is_on(channel))
    };
    KEPT.with_borrow(|kept| kept.iter().filter(|(_, frame)| is_meant(frame)).map(|(&number, _)| number).collect())
}

/// The first message that was published on that channel, has gone out without its key, and is the wanted one by its text.
pub(super) fn sent_plain(channel: &SharedChannel, is_wanted: impl Fn(&str) -> bool) -> Option<FrameId> {
    let is_meant = |frame: &Kept| {
        let publication = frame.publication.as_ref().filter(|known| matches!(known.sent, Sent::Plain));
        publication.is_some_and(|known| known.is_on(channel)) && is_wanted(&frame.text)
    };
    KEPT.with_borrow(|kept| kept.iter().find(|(_, frame)| is_meant(frame)).map(|(&number, _)| number))
}

/// Whether a client like this one has made the key: four numbers.
pub(super) fn is_key(key: &str) -> bool {
    key.split(',').count() == 4
}

/// 128 random bits.
pub(super) fn new_key() -> String {
    let words = Uint32Array::new_with_length(4);
    fill_with_random(&words);
    words.to_vec().iter().map(u32::to_string).collect::<Vec<_>>().join(",")
}
