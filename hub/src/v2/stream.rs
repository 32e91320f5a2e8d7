//! The log of a channel: it gives ids to messages, and keeps them for the transcript and for the stream of an
//! at-least-once channel.
//!
//! `append` is the place at which several servers could share a log, as `log` is for V1: ids have the form that Redis
//! gives. Until then, the log is local, and a server with Redis refuses settings with servers.

use std::sync::Arc;

use serde_json::value::RawValue;

use super::channel::Channel;
use super::frames;
use super::service::Service;
use crate::Encoded;
use crate::history::{Bounds, Missed};
use crate::message_id::MessageId;
use crate::settings::v2::{ChannelSettings, Guarantee};

impl Service {
    /// Appends a message to the log of a channel. Returns its frame, and its id if the channel shows ids.
    pub(super) fn append(
        &mut self,
        key: &Arc<str>,
        name: Option<&str>,
        payload: Option<&RawValue>,
    ) -> Option<(Encoded, Option<MessageId>)> {
        let now_ms = self.now_ms;
        let state = self.channels.get_mut(key)?;
        state.fall_silent(now_ms);
        let id = MessageId::next(state.history.newest(), now_ms);
        let shown = state.has_stream().then_some(id);
        let frame = frames::message(&state.name, name, shown, payload);
        let bounds = self.retention.bounds(kept_messages(&state.settings));
        state.history.keep(id, frame.clone(), false, bounds);
        self.retention.count(&mut state.account, state.history.bytes());
        self.note_appended(key);
        Some((frame, shown))
    }

    /// Removes the messages of a channel that no reader may have any more.
    pub(super) fn expire(&mut self, key: &str) {
        let now_ms = self.now_ms;
        if let Some(state) = self.channels.get_mut(key) {
            state.fall_silent(now_ms);
            state.history.expire(now_ms, self.retention.bounds(kept_messages(&state.settings)));
            self.retention.count(&mut state.account, state.history.bytes());
        }
    }

    /// Returns the bounds of a channel with these settings.
    pub(super) fn bounds_of(&self, settings: &ChannelSettings) -> Bounds {
        self.retention.bounds(kept_messages(settings))
    }
}

impl Channel {
    /// Returns whether messages have ids and come again until they are acknowledged.
    pub(super) fn has_stream(&self) -> bool {
        self.settings.delivery.guarantee == Guarantee::AtLeastOnce
    }

    /// Returns the messages of the transcript with their ids, oldest first; `None` for a channel without one.
    pub(super) fn transcript(&self, is_authenticated: bool) -> Option<Vec<(MessageId, Encoded)>> {
        let conversation = &self.settings.conversation;
        conversation.enabled.then(|| self.history.newest_entries(count(conversation.limit), is_authenticated))
    }

    /// Returns the messages of the stream after a cursor, oldest first.
    pub(super) fn after(&self, cursor: Option<MessageId>, is_authenticated: bool) -> Vec<Encoded> {
        let Missed { frames, .. } = self.history.since(cursor, is_authenticated);
        frames
    }

    /// Forgets everything after so many seconds of silence as the settings name.
    fn fall_silent(&mut self, now_ms: u64) {
        let ttl_ms = u64::from(self.settings.conversation.ttl) * 1_000;
        let is_silent = |newest: MessageId| now_ms.saturating_sub(newest.ms()) > ttl_ms;
        if ttl_ms > 0 && self.history.newest().is_some_and(is_silent) {
            while self.history.remove_oldest() {}
        }
    }
}

/// Returns the number of messages that a channel keeps: of a stream the window, else the transcript.
fn kept_messages(settings: &ChannelSettings) -> usize {
    let conversation = &settings.conversation;
    match settings.delivery.guarantee {
        Guarantee::AtLeastOnce if conversation.ttl > 0 => MESSAGES_AT_MOST,
        Guarantee::AtLeastOnce if conversation.limit == 0 => WINDOW,
        Guarantee::AtMostOnce if !conversation.enabled => 0,
        Guarantee::AtLeastOnce | Guarantee::AtMostOnce => count(conversation.limit).min(MESSAGES_AT_MOST),
    }
}

fn count(limit: u32) -> usize {
    usize::try_from(limit).unwrap_or(usize::MAX)
}

/// The number of messages that a stream keeps where the settings name none.
const WINDOW: usize = 1_000;

/// The number of messages that a channel keeps at most. Each of them takes memory again in every transcript and replay
/// that waits for a slow client, beside the bytes that these share with the history.
const MESSAGES_AT_MOST: usize = 10_000;
