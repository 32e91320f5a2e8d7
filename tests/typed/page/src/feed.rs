//! A stream for JavaScript: each item in words.

use futures::stream::LocalBoxStream;
use futures::{Stream, StreamExt};
use wasm_bindgen::prelude::*;
use xano_wasm::{
    Action, Actions, DecodeError, Event, Events, Message, Messages, PresenceChanges, ReceiveError, Status, Statuses,
};

use crate::{Line, Score, value_of};

#[wasm_bindgen]
pub struct Feed(LocalBoxStream<'static, String>);

#[wasm_bindgen]
impl Feed {
    /// The next item; undefined at the end.
    pub async fn next(&mut self) -> Option<String> {
        self.0.next().await
    }

    /// Takes everything that is there, without waiting.
    pub fn take_all(&mut self) -> JsValue {
        let mut items = Vec::new();
        while let Some(Some(item)) = futures::FutureExt::now_or_never(self.0.next()) {
            items.push(item);
        }
        value_of(&items)
    }
}

impl Feed {
    pub(crate) fn of<S: Stream + 'static>(stream: S, words: impl Fn(S::Item) -> String + 'static) -> Feed {
        Feed(stream.map(words).boxed_local())
    }

    pub(crate) fn messages(messages: Messages<Line>) -> Feed {
        Feed::of(messages, |item| received(item, |message| said(&message)))
    }

    pub(crate) fn events(events: Events<Score>) -> Feed {
        Feed::of(events, |item| received(item, |event| scored(&event)))
    }

    pub(crate) fn actions(actions: Actions<Line>) -> Feed {
        Feed::of(actions, action)
    }

    pub(crate) fn presence(changes: PresenceChanges) -> Feed {
        Feed::of(changes, |present| present.len().to_string())
    }

    pub(crate) fn statuses(statuses: Statuses) -> Feed {
        Feed::of(statuses, |status| match status {
            Status::Disconnected { code, retry, .. } => {
                let again = if retry.is_some() { ", again" } else { "" };
                format!("disconnected: {code}{again}")
            }
            Status::Failed { failure, detail } => format!("failed: {}: {detail}", failure.code()),
            other => format!("{other:?}").to_lowercase(),
        })
    }
}

/// An action in words.
pub(crate) fn action(item: Result<Action<Line>, ReceiveError>) -> String {
    received(item, |action| match action {
        Action::Message(message) => said(&message),
        Action::History(entries) => {
            format!("history: {}", entries.into_iter().map(line).collect::<Vec<_>>().join("; "))
        }
        Action::Event(event) => format!("event: {}", event.payload.text),
        Action::Joined => "joined".to_owned(),
        Action::Left => "left".to_owned(),
        Action::Present(clients) => format!("present: {}", clients.len()),
        Action::Arrived(_) => "arrived".to_owned(),
        Action::Departed(_) => "departed".to_owned(),
        other => format!("{other:?}"),
    })
}

fn received<T>(item: Result<T, ReceiveError>, words: impl Fn(T) -> String) -> String {
    match item {
        Ok(value) => words(value),
        Err(ReceiveError::Decode(error)) => misfit(&error),
        Err(ReceiveError::Lagged { missed }) => format!("missing: {missed}"),
        Err(ReceiveError::Interrupted) => "interrupted".to_owned(),
        Err(ReceiveError::Refused(error)) => format!("refused: {}", error.code.unwrap_or(error.message)),
        Err(ReceiveError::Gap) => "gap".to_owned(),
        Err(ReceiveError::GapPossible) => "gap possible".to_owned(),
        Err(other) => format!("{other:?}"),
    }
}

pub(crate) fn line(entry: Result<Message<Line>, DecodeError>) -> String {
    entry.map_or_else(|error| misfit(&error), |message| said(&message))
}

fn said(message: &Message<Line>) -> String {
    let whispered = if message.is_private { " (whispered)" } else { "" };
    let again = if message.replayed { " (replayed)" } else { "" };
    let points: u32 = message.payload.scores.iter().map(|score| score.points).sum();
    format!("{}{whispered}{again}: {} [{points}]", message.payload.name, message.payload.text)
}

fn scored(event: &Event<Score>) -> String {
    format!("{} has {}", event.payload.hero, event.payload.points)
}

fn misfit(error: &DecodeError) -> String {
    let raw = js_sys::JSON::stringify(&error.raw).map(String::from).unwrap_or_default();
    format!("misfit at {}: {raw}", error.path)
}
