//! Tests of transcripts, streams, cursors and replays.

use serde_json::{Value, json};

use super::Scene;
use crate::{ConnectionId, Limits};

const STREAM: &str = "orders/7";

impl Scene {
    fn joins_anew(&mut self, client_id: &str) -> ConnectionId {
        let id = self.opens();
        self.join_with(id, STREAM, client_id);
        id
    }
}

fn payloads(frames: &[Value], action: &str) -> Vec<Value> {
    frames.iter().filter(|frame| frame["action"] == action).map(|frame| frame["payload"].clone()).collect()
}

#[test]
fn a_join_replays_what_was_not_acknowledged_after_the_transcript_and_before_live_messages() {
    let mut scene = Scene::new();
    let jack = scene.joins_as(7, STREAM);
    let jill = scene.joins_anew("jill");
    let joined = scene.hears(jill).remove(0);
    assert_eq!(joined["payload"]["cursor"], "0");
    for number in 1..=3 {
        scene.broadcasts(jack, STREAM, number);
    }
    let ids: Vec<_> = scene.hears(jill).iter().map(|frame| frame["id"].as_str().unwrap().to_owned()).collect();
    assert_eq!(ids, ["1788471242950-0", "1788471242950-1", "1788471242950-2"]);
    scene.acks(jill, STREAM, &ids[0], Some("jill"));
    assert_eq!(scene.hears_payloads(jill, "ack"), [json!({ "cursor": ids[0] })]);
    scene.closes(jill);

    let jill = scene.joins_anew("jill");
    scene.broadcasts(jack, STREAM, 4);
    let frames = scene.hears(jill);
    let actions: Vec<_> = frames.iter().map(|frame| frame["action"].as_str().unwrap()).collect();
    let transcript = ["conversation_start", "message", "message", "message", "conversation_end"];
    assert_eq!(actions, [&["join"][..], &transcript, &["replay", "replay", "message"]].concat());
    assert_eq!(frames[0]["payload"]["cursor"], ids[0]);
    assert_eq!(frames[0]["payload"]["resumed"], true);
    assert_eq!(payloads(&frames, "replay"), [2, 3]);
    let replay = json!({ "action": "replay", "channel": STREAM, "type": "send", "id": ids[1], "payload": 2 });
    assert_eq!(frames[6], replay);
}

#[test]
fn the_sockets_of_a_user_share_a_cursor_that_never_moves_back_and_others_have_their_own() {
    let mut scene = Scene::new();
    let tabs = [scene.joins_as(7, STREAM), scene.joins_as(7, STREAM)];
    for number in 0..3 {
        scene.broadcasts(tabs[0], STREAM, number);
    }
    for id in tabs {
        scene.hears(id);
    }
    scene.acks(tabs[0], STREAM, "1788471242950-1", None);
    scene.acks(tabs[1], STREAM, "1788471242950-0", Some("ignored, as there is a user"));
    assert_eq!(scene.hears_payloads(tabs[1], "ack"), [json!({ "cursor": "1788471242950-1" })]);
    scene.join(tabs[1], STREAM);
    assert_eq!(payloads(&scene.hears(tabs[1]), "replay"), [2], "of both tabs");
    let john = scene.opens_as(8);
    scene.join(john, STREAM);
    assert_eq!(payloads(&scene.hears(john), "replay"), [0, 1, 2], "the whole window");
}

#[test]
fn an_anonymous_client_without_a_client_id_has_no_cursor() {
    let mut scene = Scene::new();
    let jill = scene.joins(STREAM);
    scene.broadcasts(jill, STREAM, "kept");
    scene.hears(jill);
    scene.acks(jill, STREAM, "1788471242950-0", None);
    assert!(scene.hears(jill).is_empty());
    scene.join(jill, STREAM);
    let frames = scene.hears(jill);
    assert_eq!(frames[0]["payload"]["resumed"], false);
    assert!(payloads(&frames, "replay").is_empty());
}

#[test]
fn an_acknowledgement_that_cannot_count_is_not_answered() {
    let mut scene = Scene::new();
    let jill = scene.joins_anew("jill");
    scene.hears(jill);
    for id in ["", "7", "1788471242950", "x-1", "-1-1"] {
        scene.acks(jill, STREAM, id, Some("jill"));
    }
    scene.join(jill, "talk");
    scene.hears(jill);
    scene.acks(jill, "talk", "1788471242950-0", Some("jill"));
    assert!(scene.hears(jill).is_empty());
}

#[test]
fn the_window_is_the_ttl_or_else_the_limit_or_else_a_thousand_messages() {
    let window = |conversation: Value, messages: usize, silence_ms: u64| {
        let delivery = json!({ "guarantee": "at_least_once" });
        let mut scene = Scene::with_channel(json!({ "conversation": conversation, "delivery": delivery }));
        let jack = scene.joins_as(7, "rooms/1");
        for number in 0..messages {
            scene.broadcasts(jack, "rooms/1", number);
        }
        scene.after_ms(silence_ms);
        let john = scene.opens_as(8);
        scene.join(john, "rooms/1");
        payloads(&scene.hears(john), "replay").len()
    };
    assert_eq!(window(json!({}), 1_005, 0), 1_000);
    assert_eq!(window(json!({ "limit": 5 }), 10, 86_400_000), 5);
    assert_eq!(window(json!({ "limit": 5, "ttl": 60 }), 1_005, 60_000), 1_005);
    assert_eq!(window(json!({ "limit": 5, "ttl": 60 }), 10, 60_001), 0);
}

#[test]
fn a_transcript_keeps_its_limit_and_goes_after_its_silence() {
    let conversation = json!({ "enabled": true, "limit": 2, "ttl": 60 });
    let mut scene = Scene::with_channel(json!({ "conversation": conversation }));
    let jill = scene.joins("rooms/1");
    for number in 0..3 {
        scene.broadcasts(jill, "rooms/1", number);
        scene.after_ms(1_000);
    }
    let transcript = |scene: &mut Scene| {
        let jack = scene.opens();
        scene.join(jack, "rooms/1");
        scene.hears(jack)
    };
    let frames = transcript(&mut scene);
    assert_eq!(frames[1]["payload"], json!({ "count": 2 }));
    let kept = json!({ "action": "message", "channel": "rooms/1", "type": "send", "payload": 2, "conversation": true,
        "ts": 1_788_471_244 });
    assert_eq!(frames[3], kept);
    scene.after_ms(60_000);
    assert_eq!(transcript(&mut scene)[1]["payload"], json!({ "count": 0 }));
    scene.broadcasts(jill, "rooms/1", "after the silence");
    assert_eq!(transcript(&mut scene)[1]["payload"], json!({ "count": 1 }));
}

#[test]
fn a_transcript_that_is_switched_off_is_neither_sent_nor_kept() {
    let mut scene = Scene::with_channel(json!({ "conversation": { "enabled": false, "limit": 10 } }));
    let jill = scene.joins("rooms/1");
    scene.broadcasts(jill, "rooms/1", "gone");
    assert_eq!(scene.hub.census().history_bytes, 0);
    scene.join(jill, "rooms/1");
    assert!(!scene.hears_actions(jill).iter().any(|action| action.starts_with("conversation")));
}

#[test]
fn cursors_are_bounded_and_the_oldest_reader_starts_anew() {
    let limits = Limits { cursors: 2, ..Limits::default() };
    let mut scene = Scene::limited(&super::server(super::channels()), &limits);
    let jack = scene.joins_as(7, STREAM);
    scene.broadcasts(jack, STREAM, "kept");
    for client in ["a", "b", "c"] {
        let id = scene.joins_anew(client);
        scene.acks(id, STREAM, "1788471242950-0", Some(client));
        scene.closes(id);
    }
    for (client, cursor) in [("b", "1788471242950-0"), ("c", "1788471242950-0"), ("a", "0")] {
        let id = scene.joins_anew(client);
        assert_eq!(scene.hears(id)[0]["payload"]["cursor"], cursor, "{client}");
    }
}

#[test]
fn a_second_join_on_a_socket_repeats_everything_and_adds_no_member() {
    let mut scene = Scene::new();
    let jack = scene.joins_as(7, STREAM);
    scene.broadcasts(jack, STREAM, "once");
    scene.hears(jack);
    scene.join(jack, STREAM);
    let again = scene.hears_actions(jack);
    assert_eq!(again, ["join", "conversation_start", "message", "conversation_end", "replay"]);
    scene.broadcasts(jack, STREAM, "twice");
    assert_eq!(scene.hears_payloads(jack, "broadcast")[0]["delivered_local"], 1);
}
