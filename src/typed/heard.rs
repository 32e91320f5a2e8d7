//! Which entries of a channel the application has got, so that the repeated echo of a published message is known as such.

use std::collections::VecDeque;

use wasm_bindgen::JsValue;

/// How many stretches are remembered. A message is awaited for 15 seconds of connection, which are few interruptions.
const MOST_STRETCHES: usize = 16;

/// An entry's name, `"MS-N"`: later ones of a channel are greater (docs/protocol.md).
type Id = (u64, u64);

/// The entries that came without a break between them, as far as they lie behind each other on the server.
#[derive(Clone, Debug, Default)]
pub(super) struct Heard {
    /// Stretches that have ended: their first and their last possible entry.
    ended: VecDeque<(Id, Id)>,
    /// Where the present stretch begins; it ends at the newest entry.
    from: Option<Id>,
}

impl Heard {
    /// What is heard from now on lies behind `position`, and what came between `newest` and that was not heard. None: what was
    /// heard before counts otherwise.
    pub(super) fn begin_behind(&mut self, newest: Option<JsValue>, position: &JsValue) {
        let (ms, number) = parse(position).unwrap_or_default();
        self.begin_at(newest, (ms, number + 1));
    }

    /// The same where what was recovered begins with `first`.
    pub(super) fn begin_with(&mut self, newest: Option<JsValue>, first: &JsValue) {
        self.begin_at(newest, parse(first).unwrap_or_default());
    }

    fn begin_at(&mut self, newest: Option<JsValue>, from: Id) {
        let Some(newest) = newest else {
            *self = Heard { ended: VecDeque::new(), from: Some(from) };
            return;
        };
        if let Some(stretch) = self.from.replace(from).zip(parse(&newest)) {
            self.ended.push_back(stretch);
        }
        if self.ended.len() > MOST_STRETCHES {
            self.ended.pop_front();
        }
    }

    /// Whether the entry was heard already, where `newest` is the newest one.
    pub(super) fn contains(&self, newest: &JsValue, id: &JsValue) -> bool {
        let Some(id) = parse(id) else { return false };
        let present = self.from.zip(parse(newest));
        self.ended.iter().chain(&present).any(|&(from, to)| from <= id && id <= to)
    }
}

/// What a client has heard of a channel over a connection that it has left.
pub(super) struct HeardElsewhere {
    pub(super) epoch: Option<String>,
    pub(super) heard: Heard,
    pub(super) newest: JsValue,
}

/// Says whether an entry, which a server in that epoch has named, is known from such a connection.
pub(super) type IsKnown = fn(&HeardElsewhere, Option<&str>, &JsValue) -> bool;

impl HeardElsewhere {
    /// Whether the entry, which a server in that epoch has named, was heard there.
    pub(super) fn contains(&self, epoch: Option<&str>, id: &JsValue) -> bool {
        self.epoch.as_deref() == epoch && self.heard.contains(&self.newest, id)
    }

    /// Whether the entry lies no further than what was heard there: it was heard, told as a gap, or said before the room came.
    pub(super) fn reaches(&self, epoch: Option<&str>, id: &JsValue) -> bool {
        self.epoch.as_deref() == epoch && is_within(id, &self.newest)
    }
}

/// Whether the entry comes no later on its channel than the newest one that was heard; not where none was.
pub(super) fn is_within(id: &JsValue, newest: &JsValue) -> bool {
    parse(id).zip(parse(newest)).is_some_and(|(id, newest)| id <= newest)
}

fn parse(id: &JsValue) -> Option<Id> {
    let text = id.as_string()?;
    let (ms, number) = text.split_once('-').unwrap_or((&text, "0"));
    Some((ms.parse().ok()?, number.parse().ok()?))
}
