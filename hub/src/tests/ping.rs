//! Test of the ping of the protocol.

use super::Scene;

#[test]
fn a_ping_is_answered_without_a_membership_and_with_any_additional_fields() {
    let mut scene = Scene::new();
    let jill = scene.opens("jill");
    for ping in [r#"{"action":"ping"}"#, r#"{"action":"ping","options":{"channel":7},"payload":[]}"#] {
        scene.sends(jill, ping);
        assert_eq!(scene.hears_text(jill), [r#"{"action":"pong"}"#]);
    }
    assert_eq!(scene.hub.channel_count(), 0);
}
