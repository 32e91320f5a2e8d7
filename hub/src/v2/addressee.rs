//! The user that a direct message names in `options.to`.

use serde_json::Value;
use serde_json::value::RawValue;
use xano_realtime_protocol::frame::Permissions;

/// Returns the user that a direct message is for; `None` for a value without a usable identity. (guess: direct-address)
pub(super) fn user(to: &RawValue) -> Option<Permissions> {
    let to: Value = serde_json::from_str(to.get()).ok()?;
    let positive = |number: &Value| match number {
        // A number that no table has is a user that is absent. It must not make the message a public one.
        Value::Number(number) => number.as_i64().or_else(|| whole(number.as_f64()?)).filter(|number| *number > 0),
        _ => None,
    };
    let dbo_id = positive(to.get("dbo_id")?)?;
    let row_id = match to.get("row_id")? {
        Value::String(text) => row_in(text)?,
        number => positive(number)?,
    };
    Some(Permissions { dbo_id, row_id })
}

/// Returns the row that a text of digits names.
fn row_in(text: &str) -> Option<i64> {
    let is_number = !text.is_empty() && !text.starts_with('0') && text.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| text.parse().unwrap_or(i64::MAX))
}

fn whole(number: f64) -> Option<i64> {
    #[allow(clippy::cast_possible_truncation, reason = "a number that is too large becomes the largest one")]
    (number.fract() == 0.0).then_some(number as i64)
}

#[cfg(test)]
mod tests {
    use xano_realtime_protocol::frame::Permissions;

    use crate::v2::command::{Request, parse};

    fn to(options: &str) -> Option<Permissions> {
        let text = format!(r#"{{"action":"broadcast","channel":"a","type":"send","options":{{"to":{options}}}}}"#);
        match parse(&text).request {
            Request::Broadcast(broadcast) => broadcast.to,
            request => panic!("{request:?}"),
        }
    }

    #[test]
    fn a_user_is_named_by_whole_numbers_above_zero_and_its_row_by_a_text_too() {
        let jack = Some(Permissions { dbo_id: 5, row_id: 7 });
        for same in [r#"{"dbo_id":5,"row_id":7}"#, r#"{"dbo_id":5,"row_id":"7"}"#, r#"{"dbo_id":5.0,"row_id":7e0}"#] {
            assert_eq!(to(same), jack, "{same}");
        }
        for unusable in [
            "{}",
            "[]",
            "null",
            r#""7""#,
            r#"{"dbo_id":5}"#,
            r#"{"dbo_id":0,"row_id":7}"#,
            r#"{"dbo_id":5,"row_id":0}"#,
            r#"{"dbo_id":"5","row_id":7}"#,
            r#"{"dbo_id":5,"row_id":"07"}"#,
            r#"{"dbo_id":5,"row_id":"x"}"#,
            r#"{"dbo_id":5,"row_id":-7}"#,
            r#"{"dbo_id":5,"row_id":1.5}"#,
            r#"{"dbo_id":5,"row_id":""}"#,
        ] {
            assert_eq!(to(unusable), None, "{unusable}");
        }
    }

    #[test]
    fn a_user_beyond_the_range_of_numbers_stays_a_user() {
        for absent in [r#"{"dbo_id":5,"row_id":1e300}"#, r#"{"dbo_id":5,"row_id":"99999999999999999999"}"#] {
            assert_eq!(to(absent), Some(Permissions { dbo_id: 5, row_id: i64::MAX }), "{absent}");
        }
    }
}
