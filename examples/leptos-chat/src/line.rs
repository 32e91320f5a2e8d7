//! What is said in the room, and what is shown of it.

use serde::{Deserialize, Serialize};
use xano_wasm::{DecodeError, Message, ReceiveError};

/// The payload; the JavaScript demo says the same.
#[derive(Clone, Serialize, Deserialize)]
pub struct Line {
    pub name: String,
    pub text: String,
}

/// One entry of the log.
#[derive(Clone)]
pub struct Shown {
    pub name: String,
    pub text: String,
    /// A note of the page itself, not somebody's words.
    pub is_note: bool,
}

impl Shown {
    fn note(text: impl ToString) -> Shown {
        Shown { name: String::new(), text: text.to_string(), is_note: true }
    }
}

impl From<Message<Line>> for Shown {
    fn from(message: Message<Line>) -> Shown {
        let Line { name, text } = message.payload;
        Shown { name, text, is_note: false }
    }
}

impl From<Result<Message<Line>, DecodeError>> for Shown {
    fn from(message: Result<Message<Line>, DecodeError>) -> Shown {
        message.map_or_else(|error| ReceiveError::from(error).into(), Shown::from)
    }
}

impl From<ReceiveError> for Shown {
    fn from(error: ReceiveError) -> Shown {
        match error {
            ReceiveError::Decode(error) => Shown::note(format!("Somebody says what this page does not show: {error}")),
            ReceiveError::Lagged { missed } => Shown::note(format!("{missed} messages are missing here")),
            ReceiveError::Gap => Shown::note("Messages are missing here: the server does not have them any more"),
            ReceiveError::GapPossible => Shown::note("Messages may be missing here"),
            other => Shown::note(other),
        }
    }
}
