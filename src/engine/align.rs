//! Where a client stands in a history that names no positions: on servers without `ext.recover`, Xano's own above all.
//!
//! The host gives each entry, seen or in the history, a hash of its sender and payload. The entries that were seen last stand
//! in the history too, in the same order, and what follows them was missed. Equal entries have equal hashes, so a place that
//! looks right need not be the one: where there are two, none is taken.

/// How many of the entries that were seen last a host keeps for each channel.
pub const SEEN_ENTRIES: usize = 32;

/// How many of them must be in the history, unless fewer were ever seen.
pub const FEWEST_ENTRIES: usize = 3;

/// In place of an entry that was seen: something may have been missed here. No entry has this hash.
pub const BREAK: u32 = 0;

/// Behind the last entry of every history.
pub const NOWHERE: usize = i32::MAX as usize;

/// Which entry of the history is the first that was missed: the one behind the last that was seen. [`NOWHERE`] where that
/// cannot be known.
///
/// - `seen`: what the client got before the interruption, oldest first, with breaks.
/// - `live`: what it got afterwards, before the history came. The history has to end with it.
/// - `history`: oldest first.
///
/// Between that entry and the live ones nothing was seen, however often entries repeat, if the history has the order of the
/// live messages or the reverse one. Nothing is missed silently unless as many entries came as a history holds, and what was
/// seen last repeats itself in it, once.
pub fn align(seen: &[u32], live: &[u32], history: &[u32]) -> usize {
    let kept = history.len().saturating_sub(live.len());
    let (mut places, mut first, mut length) = (0, 0, 0);
    let mut reversed = 0;
    for place in 0..history.len() {
        let here = overlap(seen, history, place, OLDEST_FIRST);
        if here > 0 {
            places += 1;
            first = place + 1;
            length = here;
        }
        reversed += overlap(seen, history, place, NEWEST_FIRST);
    }
    // Of a single entry nothing says in which order the history is; and the last entry of all stands alone either way.
    let may_be_reversed = length > 1 && reversed > usize::from(first == history.len());
    let is_certain = places == 1 && first <= kept && length >= seen.len().min(FEWEST_ENTRIES) && !may_be_reversed;
    if is_certain && overlap(live, history, history.len() - 1, OLDEST_FIRST) == live.len() { first } else { NOWHERE }
}

/// How to get from an entry to the one that came before it.
const OLDEST_FIRST: usize = usize::MAX;
const NEWEST_FIRST: usize = 1;

/// How many of the entries that were seen last stand in the history, the newest of them at that place; 0 where they differ.
/// They are compared as far back as both go.
fn overlap(seen: &[u32], history: &[u32], mut place: usize, step: usize) -> usize {
    let mut length = 0;
    for &hash in seen.iter().rev() {
        let Some(&other) = history.get(place) else { break };
        if hash == BREAK {
            break;
        }
        if hash != other {
            return 0;
        }
        length += 1;
        place = place.wrapping_add(step);
    }
    length
}
