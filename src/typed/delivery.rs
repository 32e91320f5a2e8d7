//! A message of Realtime V2 that the application has and has not finished with. The engine's ledger says which may be
//! acknowledged.

use std::cell::Cell;
use std::fmt;
use std::rc::{Rc, Weak};

use super::shared_channel::SharedChannel;
use crate::engine::{Input, MessageId, Step};

/// The application is finished with the message when the last clone is dropped.
#[derive(Clone)]
pub(super) struct Delivery(Rc<Handling>);

struct Handling {
    /// It holds no channel: what is handled after a channel was left is not acknowledged.
    channel: Weak<SharedChannel>,
    message: MessageId,
    has_failed: Cell<bool>,
}

impl Delivery {
    pub(super) fn new(channel: &Rc<SharedChannel>, message: MessageId) -> Delivery {
        let channel = Rc::downgrade(channel);
        Delivery(Rc::new(Handling { channel, message, has_failed: Cell::new(false) }))
    }

    /// The message comes again behind the next join.
    pub(super) fn fail(&self) {
        self.0.has_failed.set(true);
    }
}

impl Drop for Handling {
    fn drop(&mut self) {
        // A message whose work ended in a panic was not handled.
        let failed = self.has_failed.get() || std::thread::panicking();
        let step = if failed { Step::Failed } else { Step::Done };
        if let Some(channel) = self.channel.upgrade().filter(|channel| channel.is_current()) {
            channel.connection.decide(Input::Delivery { channel: channel.number, message: self.message, step });
        }
    }
}

impl fmt::Debug for Delivery {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Delivery").finish_non_exhaustive()
    }
}

/// Messages are compared by what they say.
impl PartialEq for Delivery {
    fn eq(&self, _: &Delivery) -> bool {
        true
    }
}

/// The id as the engine has it; none for a text of another form. The service counts milliseconds, and messages within each:
/// `"1788471242950-0"`.
pub(super) fn message_id(text: &str) -> Option<MessageId> {
    let (ms, count) = text.split_once('-')?;
    let (ms, count): (u64, u16) = (ms.parse().ok()?, count.parse().ok()?);
    let high = u32::try_from(ms >> 16).ok()?;
    let low = ((ms & 0xFFFF) as u32) << 16 | u32::from(count);
    Some(MessageId { high, low }).filter(|&id| id_text(id) == text)
}

/// The id as the service has it.
pub(super) fn id_text(MessageId { high, low }: MessageId) -> String {
    format!("{}-{}", u64::from(high) << 16 | u64::from(low >> 16), low & 0xFFFF)
}

#[cfg(test)]
mod tests {
    use super::{id_text, message_id};

    #[test]
    fn ids_of_the_service_are_read_and_written_and_compared_in_its_order() {
        let ordered = ["0-0", "0-65535", "1-0", "65535-65535", "65536-0", "1788471242950-0", "281474976710655-65535"];
        let ids = ordered.map(|text| message_id(text).expect(text));
        assert!(ids.is_sorted());
        assert_eq!(ids.map(id_text), ordered);
    }

    #[test]
    fn what_is_no_id_of_the_service_is_none() {
        for text in ["", "x", "1", "1-", "-1", "1-65536", "01-0", "1-00", "+1-0", "1e3-0", "281474976710656-0", "1-0-0"]
        {
            assert_eq!(message_id(text), None, "{text}");
        }
    }
}
