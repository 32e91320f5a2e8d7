//! Tests of what operators see of channels.

use serde_json::json;

use super::{Scene, channel, server};
use crate::{ChannelView, Limits};

#[test]
fn the_channels_of_both_dialects_are_listed_by_their_members() {
    let mut settings = server(json!([channel(json!({ "conversation": { "enabled": true, "limit": 5 } }))]));
    settings["channels"] =
        json!([{ "pattern": "room/*", "wildcard": true, "enabled": true, "anonymous_clients": true }]);
    let mut scene = Scene::limited(&settings, &Limits::default());
    let of_v1 = scene.hub.open(xano_realtime_protocol::frame::Client::anonymous("socket-of-v1"));
    scene.sends(of_v1, &json!({ "action": "join", "options": { "channel": "room/1" }, "payload": null }).to_string());
    let jill = scene.joins_as(7, "rooms/1");
    scene.joins("rooms/1");
    scene.broadcasts(jill, "rooms/1", "kept");

    let of_v2 = ChannelView {
        server: Some("rtmain01".to_owned()),
        channel: "rooms/1".to_owned(),
        pattern: "rooms/{room_id}".to_owned(),
        members: 2,
        authenticated: 1,
        history: 1,
    };
    let (channel, pattern) = ("room/1".to_owned(), "room/*".to_owned());
    let of_v1 = ChannelView { server: None, channel, pattern, members: 1, authenticated: 0, history: 0 };
    assert_eq!(scene.hub.largest_channels(5), [of_v2, of_v1]);
    assert_eq!(scene.hub.largest_channels(1).len(), 1);
}
