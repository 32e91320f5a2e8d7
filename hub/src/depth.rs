//! How deep lists and objects may stand within each other, in frames, answers of triggers and events.

/// Whether lists and objects stand within each other more often than receivers can handle: they walk through payloads by
/// recursion.
pub(super) fn is_too_deep(json: &str) -> bool {
    is_deeper_than(DEPTH, json)
}

fn is_deeper_than(depth: usize, json: &str) -> bool {
    let opens = |byte: &u8| matches!(byte, b'[' | b'{');
    // Nearly all frames have fewer than that in all.
    if json.bytes().filter(opens).count() <= depth {
        return false;
    }
    let (mut open, mut is_text, mut is_escaped) = (0_usize, false, false);
    for byte in json.bytes() {
        match byte {
            _ if is_escaped => is_escaped = false,
            b'\\' if is_text => is_escaped = true,
            b'"' => is_text = !is_text,
            _ if is_text => {}
            b'[' | b'{' => open += 1,
            b']' | b'}' => open = open.saturating_sub(1),
            _ => {}
        }
        if open > depth {
            return true;
        }
    }
    false
}

/// Deeper than any payload of an application, and far from what `JSON.stringify` takes on a small stack.
pub(super) const DEPTH: usize = 128;

#[cfg(test)]
mod tests {
    use super::is_deeper_than;

    #[test]
    fn brackets_are_counted_where_they_nest_and_not_in_strings() {
        let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        assert!(!is_deeper_than(128, &nested(128)));
        assert!(is_deeper_than(128, &nested(129)));
        assert!(!is_deeper_than(128, &format!("[{}]", vec!["{}"; 500].join(","))), "side by side");
        assert!(!is_deeper_than(2, r#"["[[[[", "\"[[[", "\\"]"#));
        assert!(is_deeper_than(2, r#"["\\", [["#));
    }
}
