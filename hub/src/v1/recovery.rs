//! What somebody missed who comes back.

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::history::{History, Missed};
use crate::message_id::MessageId;
use crate::refusal::Refusal;
use crate::v1::command::{LABEL, label, object, wrong};

/// Up to where somebody has seen what was said on a channel.
#[derive(Clone, Debug)]
pub struct Since {
    epoch: Box<str>,
    /// `None` where nothing had been said.
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

    /// Of another epoch nothing is known, so all that is kept was missed, and maybe more.
    pub(crate) fn missed(&self, history: &History, epoch: &str, is_authenticated: bool) -> Missed {
        match self.seen().filter(|_| *self.epoch == *epoch) {
            Some(seen) => history.since(seen, is_authenticated),
            None => Missed { frames: history.readable_by(is_authenticated), is_complete: false },
        }
    }

    /// `None` if the id is none of this server's.
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
