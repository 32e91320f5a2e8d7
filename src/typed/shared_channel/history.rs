//! What was missed on servers that name no positions: it is looked for in the history, behind what was seen last.

use xano_realtime_protocol::Action;

use super::SharedChannel;
use crate::engine::Input;
use crate::engine::align::BREAK;
use crate::engine::session::queue::MAX_FRAMES;
use crate::typed::frame::{self, RawFrame};
use crate::typed::frames;
use crate::typed::items::Published;
use crate::typed::seen::{Seen, hash_of};

/// How the channel is followed where the server names no positions.
#[derive(Default)]
pub(super) struct Trail {
    /// What was seen last; none where the channel does not recover, or the server names positions.
    pub(super) seen: Option<Seen>,
    /// The entries that came since the history was asked for, with their hashes; none where it is not awaited.
    pub(super) held: Option<Vec<(RawFrame, u32)>>,
    /// Whether the next history answers a question that is not the application's.
    is_asking: bool,
}

impl SharedChannel {
    /// From now on the channel is followed, or not any longer.
    pub(super) fn follow(&self, wished: bool) {
        let mut trail = self.trail.borrow_mut();
        trail.seen = wished.then(|| trail.seen.take().unwrap_or_default());
    }

    /// Something may have been missed here.
    pub(super) fn break_trail(&self) {
        if let Some(seen) = &mut self.trail.borrow_mut().seen {
            *seen = Seen::broken();
        }
    }

    /// Asks for the history, and holds what comes until it is there. Says whether anything can be looked for in it.
    pub(super) fn look_back(&self) -> bool {
        let mut trail = self.trail.borrow_mut();
        let looks = trail.seen.as_ref().is_some_and(Seen::says_where);
        if looks {
            trail.held = Some(Vec::new());
            trail.is_asking = true;
            drop(trail);
            self.connection.write(&frame::bare(Action::History, &self.name));
        }
        looks
    }

    /// The socket is gone, and the answer with it.
    pub(super) fn forget_question(&self) {
        self.trail.borrow_mut().is_asking = false;
    }

    /// Whether the history is the one that this channel has asked for. Looks for what was missed in it, if that is still awaited.
    pub(super) fn is_own_history(&self, frame: &RawFrame) -> bool {
        let mut trail = self.trail.borrow_mut();
        let is_own = std::mem::take(&mut trail.is_asking);
        let is_awaited = is_own && trail.held.is_some();
        drop(trail);
        if is_awaited {
            self.missed.replace(frame.kept().collect());
            self.align();
        }
        is_own
    }

    /// Has the engine compare what was seen with the history, if that is awaited: what has not come is empty.
    pub(in crate::typed) fn align(&self) {
        let trail = self.trail.borrow();
        let Some(held) = &trail.held else { return };
        let mut entries: Vec<u32> = trail.seen.iter().flat_map(Seen::hashes).collect();
        let seen = entries.len() as u32;
        let live = held.len() as u32;
        entries.extend(held.iter().map(|(_, hash)| hash));
        drop(trail);
        let history = self.missed.borrow().clone();
        entries.extend(history.iter().map(|entry| hash_if_entry(entry).unwrap_or(BREAK)));
        for hash in entries {
            self.connection.decide(Input::Entry { hash });
        }
        self.connection.decide(Input::Align { channel: self.number, seen, live });
    }

    /// The rooms get a frame, unless it is held.
    pub(super) fn pass(&self, frame: &RawFrame) {
        match self.hash_if_followed(frame) {
            Some(hash) => self.pass_entry(frame, hash),
            None => self.tell_rooms(frame),
        }
    }

    pub(super) fn pass_entry(&self, frame: &RawFrame, hash: u32) {
        let mut trail = self.trail.borrow_mut();
        if let Some(held) = &mut trail.held {
            held.push((frame.clone(), hash));
            let is_too_much = held.len() > MAX_FRAMES;
            drop(trail);
            if is_too_much {
                self.align();
            }
            return;
        }
        if let Some(seen) = &mut trail.seen {
            seen.push(hash);
        }
        drop(trail);
        self.tell_rooms(frame);
    }

    /// The application gets an entry that was missed.
    pub(super) fn saw_missed(&self, entry: &RawFrame) {
        let hash = self.hash_if_followed(entry);
        if let (Some(seen), Some(hash)) = (&mut self.trail.borrow_mut().seen, hash) {
            seen.push(hash);
        }
    }

    /// Nothing is hashed where the channel is not followed.
    fn hash_if_followed(&self, frame: &RawFrame) -> Option<u32> {
        let is_followed = self.trail.borrow().seen.is_some();
        if is_followed { hash_if_entry(frame) } else { None }
    }

    /// Settles the message that was published without its key, and of which this is the echo.
    pub(super) fn confirm(&self, frame: &RawFrame) {
        if !frame.is_entry() || frames::sent_plain(self, |_| true).is_none() {
            return;
        }
        let end = format!(r#","payload":{}}}"#, frame.payload_text());
        if let Some(message) = frames::sent_plain(self, |text| text.ends_with(&end)) {
            for message in self.connection.decide(Input::Answered { channel: self.number, message }).forgotten {
                message.settle(Ok(Published::default()));
            }
        }
    }
}

/// None for what no history has.
fn hash_if_entry(frame: &RawFrame) -> Option<u32> {
    frame.is_entry().then(|| hash_of(&frame.identity()))
}
