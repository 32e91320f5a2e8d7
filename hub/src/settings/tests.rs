//! Tests of parsing settings, and of finding the row that applies to a channel.

use super::Settings;

fn pattern_for(settings: &str, channel: &str) -> Option<String> {
    let settings = Settings::parse(settings).unwrap();
    settings.rules_for(channel).map(|rules| rules.pattern.clone())
}

fn refusal(settings: &str) -> String {
    Settings::parse(settings).unwrap_err().to_string()
}

#[test]
fn the_built_in_settings_have_a_channel_for_all_clients_and_one_for_authenticated_clients() {
    let settings = Settings::default();
    let [open, members] = ["marvel-chat-room", "avengers-only"].map(|channel| settings.rules_for(channel).unwrap());
    assert!(open.anonymous_clients && !open.client_public_messaging_authenticated_only);
    assert!(!open.client_private_messaging_authenticated_only);
    assert!(!members.anonymous_clients && members.client_private_messaging_authenticated_only);
    assert_eq!((members.history, members.presence), (open.history, true));
}

#[test]
fn the_built_in_server_has_the_same_channels_and_the_default_settings_have_no_server() {
    let settings = Settings::built_in();
    let server = settings.server("rtmain01").unwrap();
    assert!(settings.enabled && server.is_open() && server.admits_anonymous());
    let [(open, _), (members, _)] =
        ["marvel-chat-room", "avengers-only"].map(|channel| server.channel_for(channel).unwrap());
    assert!(open.anonymous_clients && !members.anonymous_clients);
    for channel in [open, members] {
        assert!(channel.message("send").unwrap().handler.is_none(), "messages are passed through");
        let (typing, _) = server.channel_for(&format!("{}/typing", channel.name.as_str())).unwrap();
        assert!(typing.message("typing").is_some());
        assert_eq!(typing.anonymous_clients, channel.anonymous_clients);
    }
    assert!(Settings::default().servers().is_empty());
    assert_eq!(Settings::default().hash, settings.hash);
}

#[test]
fn only_the_pattern_is_required() {
    let settings = Settings::parse(r#"{"channels":[{"pattern":"a"}]}"#).unwrap();
    assert!(!settings.enabled);
    assert!(settings.rules_for("a").is_none(), "an absent `enabled` is false");
    assert!(refusal(r#"{"channels":[{"enabled":true}]}"#).contains("pattern"));
}

#[test]
fn history_is_a_number_or_a_string_of_a_known_size() {
    for history in ["250", "\"250\""] {
        let text = format!(r#"{{"channels":[{{"pattern":"a","enabled":true,"history":{history}}}]}}"#);
        let settings = Settings::parse(&text).unwrap();
        assert_eq!(settings.rules_for("a").unwrap().history, 250);
    }
    for history in ["7", "\"many\"", "-25", "25.5", "true", "null"] {
        let text = format!(r#"{{"channels":[{{"pattern":"a","history":{history}}}]}}"#);
        assert!(refusal(&text).starts_with("channels[0].history: history is one of [0, 25"), "{history}");
    }
}

#[test]
fn an_unknown_key_is_refused_with_its_name() {
    assert!(refusal(r#"{"chanels":[]}"#).starts_with("chanels: unknown field"));
    assert!(
        refusal(r#"{"channels":[{"pattern":"a","presense":true}]}"#).starts_with("channels[0].presense: unknown field")
    );
}

#[test]
fn an_exported_id_is_accepted() {
    Settings::parse(r#"{"id":7,"channels":[{"id":"x","pattern":"a"}]}"#).unwrap();
}

#[test]
fn a_duplicate_pattern_is_refused() {
    let twice = r#"{"channels":[{"pattern":"a"},{"pattern":"a"}]}"#;
    assert!(refusal(twice).starts_with("channels[1].pattern: \"a\" stands there twice"));
    let twice = r#"{"channels":[{"pattern":"a/*","wildcard":true},{"pattern":"a/*","wildcard":true}]}"#;
    assert!(refusal(twice).starts_with("channels[1].pattern: \"a/*\" stands there twice"));
}

#[test]
fn a_wrong_type_is_refused_with_its_path() {
    assert!(refusal(r#"{"enabled":1}"#).starts_with("enabled: invalid type"));
    assert!(
        refusal(r#"{"channels":[{"pattern":"a"},{"pattern":5}]}"#).starts_with("channels[1].pattern: invalid type")
    );
    assert!(refusal("{} x").contains("trailing"));
}

#[test]
fn a_hash_is_a_segment_of_a_url() {
    for hash in ["", "a/b", "a b", "é", &"x".repeat(129)] {
        assert!(refusal(&format!(r#"{{"hash":"{hash}"}}"#)).starts_with("hash: 1 to 128 characters"), "{hash}");
    }
}

#[test]
fn written_settings_are_read_back_unchanged() {
    let text = r#"{"enabled":true,"hash":"x-y_1","channels":[{"pattern":"b","history":"25"},{"pattern":"a/*","wildcard":true}]}"#;
    let json = Settings::parse(text).unwrap().to_json();
    assert_eq!(json["channels"][0]["history"], 25);
    assert_eq!(json["channels"][1]["pattern"], "a/*", "in the same order");
    assert_eq!(json["channels"][1].as_object().unwrap().len(), 12, "with every switch");
    assert_eq!(Settings::parse(&json.to_string()).unwrap().to_json(), json);
}

#[test]
fn a_pattern_must_be_a_valid_channel_name() {
    for pattern in ["", "a\\nb", &"x".repeat(256)] {
        let text = format!(r#"{{"channels":[{{"pattern":"{pattern}"}}]}}"#);
        assert!(refusal(&text).starts_with("channels[0].pattern: must be 1 to 255 bytes"), "{pattern}");
    }
}

#[test]
fn triggers_are_http_urls() {
    let row = |triggers: &str| format!(r#"{{"channels":[{{"pattern":"a","enabled":true,"triggers":{triggers}}}]}}"#);
    let settings = Settings::parse(&row(r#"{"join":"https://x.example/a?b","message":null}"#)).unwrap();
    let triggers = &settings.rules_for("a").unwrap().triggers;
    assert_eq!(triggers.join.as_ref().map(|url| url.as_str()), Some("https://x.example/a?b"));
    assert!(triggers.message.is_none());
    for url in ["", "x.example", "/a", "ftp://x.example", "http://", "http://user:pass@x.example", "http://a b"] {
        let refusal = refusal(&row(&format!(r#"{{"message":"{url}"}}"#)));
        assert!(refusal.starts_with("channels[0].triggers.message: must be an http"), "{url}: {refusal}");
    }
    assert!(refusal(&row(r#"{"leave":"http://x.example"}"#)).starts_with("channels[0].triggers.leave: unknown field"));
}

#[test]
fn the_exact_row_comes_first_and_then_the_longest_prefix() {
    let settings = r#"{"channels":[
        {"pattern":"chat/*","wildcard":true,"enabled":true},
        {"pattern":"chat/team/*","wildcard":true,"enabled":true},
        {"pattern":"chat/team/1","enabled":true},
        {"pattern":"chat/off","enabled":false},
        {"pattern":"off/*","wildcard":true,"enabled":false}]}"#;
    let expected = [
        ("chat", None),
        ("chat/", Some("chat/*")),
        ("chat/*", Some("chat/*")),
        ("chat/a/b", Some("chat/*")),
        ("chat/team/1", Some("chat/team/1")),
        ("chat/team/2", Some("chat/team/*")),
        ("chat/off", Some("chat/*")),
        ("off/a", None),
        ("__proto__", None),
    ];
    for (channel, pattern) in expected {
        assert_eq!(pattern_for(settings, channel).as_deref(), pattern, "{channel}");
    }
}

#[test]
fn a_wildcard_pattern_ends_in_slash_star() {
    for pattern in ["chat", "chat*", "*", "chat/"] {
        let text = format!(r#"{{"channels":[{{"pattern":"{pattern}","wildcard":true}}]}}"#);
        assert!(refusal(&text).starts_with("channels[0].pattern: must end in \"/*\""), "{pattern}");
    }
}
