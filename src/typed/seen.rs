//! What the application has seen of a channel last, on servers that name no positions: by this it is found in the history what
//! was missed ([`align`](crate::engine::align)).

use std::collections::VecDeque;

use crate::engine::align::{BREAK, SEEN_ENTRIES};

/// The hashes of entries, oldest first; no more than are compared.
#[derive(Default)]
pub(super) struct Seen(VecDeque<u32>);

impl Seen {
    /// Something may have been missed before what comes next.
    pub(super) fn broken() -> Seen {
        Seen(VecDeque::from([BREAK]))
    }

    pub(super) fn push(&mut self, hash: u32) {
        if self.0.len() == SEEN_ENTRIES {
            self.0.pop_front();
        }
        self.0.push_back(hash);
    }

    /// Whether there is something that can be looked for in a history.
    pub(super) fn says_where(&self) -> bool {
        self.0.back().is_some_and(|&hash| hash != BREAK)
    }

    pub(super) fn hashes(&self) -> impl Iterator<Item = u32> {
        self.0.iter().copied()
    }
}

/// Of what tells an entry from others; never that of a break.
pub(super) fn hash_of(identity: &str) -> u32 {
    identity.bytes().fold(1, |hash: u32, byte| hash.wrapping_mul(31).wrapping_add(byte.into())) | 1
}

#[cfg(test)]
mod tests {
    use super::{Seen, hash_of};
    use crate::engine::align::{BREAK, SEEN_ENTRIES};

    #[test]
    fn the_last_entries_are_kept_in_their_order() {
        let mut seen = Seen::default();
        (1..=40).for_each(|hash| seen.push(hash));
        let last: Vec<u32> = (41 - SEEN_ENTRIES as u32..=40).collect();
        assert_eq!(seen.hashes().collect::<Vec<_>>(), last);
    }

    #[test]
    fn nothing_can_be_looked_for_before_anything_was_seen_nor_right_behind_a_break() {
        assert!(!Seen::default().says_where());
        let mut seen = Seen::broken();
        assert!(!seen.says_where());
        seen.push(hash_of("a"));
        assert!(seen.says_where());
        assert_eq!(seen.hashes().next(), Some(BREAK));
    }

    #[test]
    fn texts_have_hashes_of_their_own_and_none_is_a_break() {
        assert_ne!(hash_of(r#"["jill","one"]"#), hash_of(r#"["jack","one"]"#));
        assert_ne!(hash_of(r#"["jill","one"]"#), hash_of(r#"["jill","two"]"#));
        assert_ne!(hash_of(""), BREAK);
        // But for its last bit this one's hash is 0.
        assert_ne!(hash_of("nkbaaiql"), BREAK);
    }
}
