//! Tests of the names of V2 with the golden frames of `fixtures/v2`, which `tests/node/v2-frames.test.js` reads too.

use serde_json::Value;
use xano_realtime_protocol::v2::error::RATE_LIMITED;
use xano_realtime_protocol::v2::{Action, KnownError};
use xano_realtime_protocol::{CloseCode, Retry};

const TO_SERVER: &str = include_str!("../fixtures/v2/to_server.json");
const TO_CLIENT: &str = include_str!("../fixtures/v2/to_client.json");
const REFUSED: &str = include_str!("../fixtures/v2/refused.json");
const CLOSE_CODES: &str = include_str!("../fixtures/v2/close_codes.json");

/// The fields of a frame to the client. Content is in `payload`, everything else at top level.
const FIELDS_TO_CLIENT: [&str; 7] = ["action", "channel", "type", "id", "ts", "conversation", "payload"];

#[test]
fn every_action_has_golden_frames_in_the_directions_that_it_goes() {
    let sent_by_clients = actions(TO_SERVER);
    let sent_by_the_service = actions(TO_CLIENT);
    for &action in Action::ALL {
        assert_eq!(sent_by_clients.contains(&action), action.is_sent_by_clients(), "{action:?}");
        assert_eq!(sent_by_the_service.contains(&action), action.is_sent_by_the_service(), "{action:?}");
    }
}

#[test]
fn a_frame_to_the_client_has_the_fields_of_v2_alone() {
    for frame in frames(TO_CLIENT) {
        let unknown = frame.as_object().unwrap().keys().find(|key| !FIELDS_TO_CLIENT.contains(&key.as_str()));
        assert_eq!(unknown, None, "{frame}");
    }
}

#[test]
fn every_known_error_has_a_golden_frame() {
    let messages: Vec<String> = frames(TO_CLIENT).iter().filter_map(error_message).collect();
    let unnamed = ["Sign in to join members", "Rate limit exceeded"];
    let known: Vec<KnownError> = messages.iter().filter_map(|text| KnownError::from_message(text)).collect();
    assert_eq!(known.len() + unnamed.len(), messages.len(), "{messages:?}");
    for error in [
        KnownError::NotReady,
        KnownError::UnknownConnection,
        KnownError::UnknownMessageType("shout"),
        KnownError::DirectDisabled,
        KnownError::Internal,
        KnownError::NoSettings,
    ] {
        assert!(known.contains(&error), "{error:?}");
    }
}

#[test]
fn an_error_is_read_from_its_text_and_written_as_it() {
    let mut read = 0;
    for refused in array(REFUSED) {
        let message = refused["message"].as_str().unwrap();
        let Some(error) = KnownError::from_message(message) else { continue };
        assert_eq!(error.to_string(), message);
        read += 1;
    }
    assert!(read > 10, "{read} known errors");
    assert_eq!(KnownError::from_message("Unknown message"), None);
}

#[test]
fn rate_limiting_alone_has_a_code() {
    let codes: Vec<Value> =
        frames(TO_CLIENT).iter().filter_map(|frame| frame["payload"].get("code").cloned()).collect();
    assert_eq!(codes, [RATE_LIMITED]);
}

#[test]
fn a_client_connects_again_after_the_close_codes_of_the_fixture() {
    for row in array(CLOSE_CODES) {
        let retry = CloseCode(u16::try_from(row["code"].as_u64().unwrap()).unwrap()).retry();
        let again = matches!(retry, Retry::Again | Retry::AgainWithoutFrame);
        assert_eq!(Some(again), row["again"].as_bool(), "{row}");
    }
}

fn array(fixture: &str) -> Vec<Value> {
    serde_json::from_str(fixture).unwrap()
}

fn frames(fixture: &str) -> Vec<Value> {
    array(fixture).iter().map(|golden| golden["frame"].clone()).collect()
}

/// The actions of the frames; an unknown name is a fault.
fn actions(fixture: &str) -> Vec<Action> {
    let name = |frame: &Value| frame["action"].as_str().unwrap().to_owned();
    frames(fixture).iter().map(|frame| Action::from_name(&name(frame)).expect("a known action")).collect()
}

fn error_message(frame: &Value) -> Option<String> {
    (frame["action"] == "error").then(|| frame["payload"]["message"].as_str().unwrap().to_owned())
}
