//! Whether the server is there.

use super::Scene;

#[test]
fn a_ping_is_answered_to_somebody_who_is_on_no_channel_and_whatever_else_it_says() {
    let mut scene = Scene::new();
    let jill = scene.opens("jill");
    for ping in [r#"{"action":"ping"}"#, r#"{"action":"ping","options":{"channel":7},"payload":[]}"#] {
        scene.sends(jill, ping);
        assert_eq!(scene.hears_text(jill), [r#"{"action":"pong"}"#]);
    }
    assert_eq!(scene.hub.channel_count(), 0);
}
