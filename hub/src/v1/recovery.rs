//! Recovery: the messages that a returning client has missed.

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::history::{History, Missed};
use crate::message_id::MessageId;
use crate::refusal::Refusal;
use crate::v1::command::{LABEL, label, object, wrong};

/// The position in a channel's log up to which a client has seen everything.
#[derive(Clone, Debug)]
pub struct Since {
    epoch: Box<str>,
    /// The id of the last message seen; `None` if there was none.
    id: Option<Box<str>>,
}

impl Since {
    pub(crate) fn parse(value: &RawValue) -> Result<Since, Refusal> {
        let since: RawSince = object(value.get()).map_err(|_| wrong("payload.since", "an object"))?;
        let Some(epoch) = since.epoch else {
            return Err(wrong("payload.since.epoch", LABEL));
        };
        let epoch = label(epoch, "payload.since.epoch")?.into();
        let id = since.id.map(|id| label(id, "payload.since.id")).transpose()?.map(Into::into);
        Ok(Since { epoch, id })
    }

    /// Returns the missed messages. In another epoch the position means nothing, so this is everything that is kept,
    /// and more may be missing.
    pub(crate) fn missed(&self, history: &History, epoch: &str, is_authenticated: bool) -> Missed {
        match self.seen().filter(|_| *self.epoch == *epoch) {
            Some(seen) => history.since(seen, is_authenticated),
            None => Missed { frames: history.readable_by(is_authenticated), is_complete: false },
        }
    }

    /// Returns the position; `None` if the id is not one of this server.
    fn seen(&self) -> Option<Option<MessageId>> {
        match &self.id {
            Some(id) => MessageId::parse(id).map(Some),
            None => Some(None),
        }
    }
}

#[derive(Deserialize)]
struct RawSince<'a> {
    #[serde(borrow)]
    epoch: Option<&'a RawValue>,
    #[serde(borrow)]
    id: Option<&'a RawValue>,
}
