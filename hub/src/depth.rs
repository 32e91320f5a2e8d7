//! The limit on nested lists and objects in frames, answers of triggers, and events.

/// Returns whether lists and objects are nested too deeply for receivers, which walk through payloads by recursion.
pub(super) fn is_too_deep(json: &str) -> bool {
    is_deeper_than(DEPTH, json)
}

fn is_deeper_than(depth: usize, json: &str) -> bool {
    let opens = |byte: &u8| matches!(byte, b'[' | b'{');
    // A fast check that is enough for almost all frames: they have fewer brackets in total.
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

/// The limit is deeper than any payload of an application, and much less than `JSON.stringify` can handle on a small
/// stack.
pub(super) const DEPTH: usize = 128;

#[cfg(test)]
mod tests {
    use super::is_deeper_than;

    #[test]
    fn nested_brackets_are_counted_and_brackets_in_strings_are_not() {
        let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        assert!(!is_deeper_than(128, &nested(128)));
        assert!(is_deeper_than(128, &nested(129)));
        assert!(!is_deeper_than(128, &format!("[{}]", vec!["{}"; 500].join(","))), "side by side");
        assert!(!is_deeper_than(2, r#"["[[[[", "\"[[[", "\\"]"#));
        assert!(is_deeper_than(2, r#"["\\", [["#));
    }
}
