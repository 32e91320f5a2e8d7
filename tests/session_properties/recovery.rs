//! What was missed arrives.

use xano_wasm::engine::{Input, Output, State};

use crate::world::{Place, World};

impl World {
    /// The answer to the question for what was missed, where a host asks the engine about it.
    pub(crate) fn missed_arrives(&mut self, channel: u32, complete: bool) {
        if !self.joined.contains(&channel) || self.state() != State::Open {
            return;
        }
        let Some(Place { acknowledged: Some(_), asked, .. }) = self.places.get(&channel) else { return };
        assert!(asked, "a host is left in doubt about a position, and nothing was asked for");
        let outputs = self.decide(Input::Missed { channel, complete });
        assert_eq!(outputs, [Output::HandOut { channel, gap: !complete, from: 0 }]);
        self.carry_out(outputs);
        let outputs = self.decide(Input::Missed { channel, complete });
        let hands_out = |output: &Output| matches!(output, Output::HandOut { .. });
        assert!(!outputs.iter().any(hands_out), "an answer is handed out twice");
        self.carry_out(outputs);
    }

    /// The history that the engine has asked for. Whatever it has, what is held is handed out.
    pub(crate) fn history_arrives(&mut self, channel: u32, hashes: &[u32], seen: u32) {
        if !self.histories.contains(&channel) || self.state() != State::Open {
            return;
        }
        for &hash in hashes {
            assert_eq!(self.decide(Input::Entry { hash }), []);
        }
        let outputs = self.decide(Input::Align { channel, seen, live: 0 });
        let [Output::HandOut { gap, from, .. }] = outputs[..] else { panic!("{outputs:?}") };
        assert!(gap || seen + from <= hashes.len() as u32, "what is handed out is in the history");
        self.handle(Input::Missed { channel, complete: false });
        assert!(!self.is_in_doubt(channel), "a message is still in doubt that is not in the history");
    }

    /// Whether a message went out over an earlier socket without its key, and it is not known whether it was taken.
    pub(crate) fn is_in_doubt(&self, channel: u32) -> bool {
        self.messages.values().any(|message| message.channel == channel && message.is_plain && !message.is_out)
    }
}
