//! The door between the hub and its part for V2: what both dialects share is looked at here.

use super::service::Service;
use crate::retention::InUse;
use crate::settings::Settings;
use crate::{ConnectionId, Dialect, Hub};

impl Hub {
    /// Returns what an open socket speaks.
    pub fn dialect(&self, id: ConnectionId) -> Dialect {
        if self.v2.speaks(id) { Dialect::V2 } else { Dialect::V1 }
    }

    /// Lets Realtime V2 handle an input, then makes room if the channels of both dialects exceed a bound.
    pub(crate) fn with_v2(&mut self, handle: impl FnOnce(&mut Service, &Settings)) {
        self.prepare_v2();
        if self.v2.needs_room() {
            // The input may be a join, for which an unused channel of V1 has to make room.
            self.forget_unused("");
            self.prepare_v2();
        }
        handle(&mut self.v2, &self.settings);
        self.calls.append(&mut self.v2.calls);
        while self.v2.is_over_bound() && (self.v2.forget_unused() || self.forget_unused("")) {
            self.prepare_v2();
        }
        self.v2.shrink_last();
        self.retention.set_elsewhere(self.v2.in_use());
    }

    fn prepare_v2(&mut self) {
        let of_v1 = InUse { bytes: self.retention.bytes(), channels: self.channels.len() };
        self.v2.prepare(self.now_ms, of_v1);
    }

    /// Forgets a channel of V2 that has no members. Returns whether there was one.
    pub(crate) fn forget_unused_of_v2(&mut self) -> bool {
        let has_forgotten = self.v2.forget_unused();
        self.retention.set_elsewhere(self.v2.in_use());
        has_forgotten
    }
}
