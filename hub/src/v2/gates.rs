//! The answers of triggers that admit or deny: of `connect` and of `join`.

use serde_json::Value;

use crate::triggers::Answer;

/// Why a trigger does not admit.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Denied {
    /// The trigger was not asked.
    Busy,
    /// The trigger has failed, or has denied for this reason.
    For(Option<String>),
}

/// Returns whether an answer admits: a truthy one does, but one with a key `allowed` only if that is `true`.
pub(super) fn admits(answer: Answer) -> Result<(), Denied> {
    let json = match answer {
        Answer::Busy => return Err(Denied::Busy),
        Answer::NotJson | Answer::Failed => return Err(Denied::For(None)),
        Answer::Json(json) => json,
    };
    let value: Value = serde_json::from_str(json.get()).unwrap_or_default();
    let is_admitted = match value.get("allowed") {
        Some(allowed) => *allowed == Value::Bool(true),
        None => is_truthy(&value),
    };
    let reason = || value.get("reason")?.as_str().map(|reason| reason.chars().take(REASON_CHARS).collect());
    if is_admitted { Ok(()) } else { Err(Denied::For(reason())) }
}

/// Returns whether JavaScript counts a value as true.
fn is_truthy(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::Bool(is_true) => *is_true,
        Value::Number(number) => number.as_f64() != Some(0.0),
        Value::String(text) => !text.is_empty(),
        Value::Array(_) | Value::Object(_) => true,
    }
}

/// The length at which the reason of a trigger is cut.
const REASON_CHARS: usize = 1_000;

#[cfg(test)]
mod tests {
    use serde_json::value::RawValue;

    use super::{Denied, admits};
    use crate::triggers::Answer;

    fn answer(json: &str) -> Answer {
        Answer::Json(RawValue::from_string(json.to_owned()).unwrap())
    }

    #[test]
    fn a_truthy_answer_admits_and_a_key_named_allowed_must_be_true() {
        for json in ["true", "1", "-0.5", r#""yes""#, "{}", "[]", r#"{"user":null}"#, r#"{"allowed":true}"#] {
            assert_eq!(admits(answer(json)), Ok(()), "{json}");
        }
        for json in ["false", "null", "0", "0.0", r#""""#, r#"{"allowed":1}"#, r#"{"allowed":null}"#] {
            assert_eq!(admits(answer(json)), Err(Denied::For(None)), "{json}");
        }
        let reason = || Err(Denied::For(Some("Sign in".to_owned())));
        assert_eq!(admits(answer(r#"{"allowed":false,"reason":"Sign in"}"#)), reason());
        assert_eq!(admits(answer(r#"{"allowed":false,"reason":7}"#)), Err(Denied::For(None)));
        assert_eq!(admits(Answer::NotJson), Err(Denied::For(None)));
        assert_eq!(admits(Answer::Failed), Err(Denied::For(None)));
        assert_eq!(admits(Answer::Busy), Err(Denied::Busy));
    }
}
