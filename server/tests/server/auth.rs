//! Sign-up and login, and what their tokens permit.

use std::net::SocketAddr;
use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::{Bytes, Message};
use xano_realtime_server::{Config, Limits, Origins};

use crate::support::{Answer, Client, MARVEL, Running, ask, patiently, post, token, token_of};

async fn signs_up(server: &Running, email: &str) -> Answer {
    let user = json!({ "name": "Jill", "email": email, "password": "correct horse" });
    post(server.address, "/api:auth/auth/signup", &user).await
}

async fn logs_in(server: &Running, email: &str, password: &str) -> Answer {
    post(server.address, "/api:auth/auth/login", &json!({ "email": email, "password": password })).await
}

async fn me(address: SocketAddr, token: &str) -> Answer {
    ask(address, "GET", "/api:auth/auth/me", &[("Authorization", &format!("Bearer {token}"))], "").await
}

const JSON: (&str, &str) = ("Content-Type", "application/json");

fn error(answer: &Answer) -> (u16, Value) {
    (answer.status, answer.json())
}

#[tokio::test]
async fn a_user_signs_up_logs_in_requests_me_and_opens_a_socket() {
    let server = Running::start().await;
    let signed_up = signs_up(&server, " Jill@Example.com ").await;
    assert_eq!(signed_up.status, 200, "{}", signed_up.body);
    let logged_in = logs_in(&server, "jill@example.COM", "correct horse").await;
    for answer in [signed_up, logged_in] {
        let answer = answer.json();
        let token = answer["authToken"].as_str().unwrap();
        let user = me(server.address, token).await.json();
        assert_eq!(
            (&user["id"], &user["name"], &user["email"]),
            (&json!(1), &json!("Jill"), &json!("jill@example.com"))
        );
        assert!(user["created_at"].is_u64() && user.as_object().unwrap().len() == 4, "{user}");

        let (mut jill, _) = Client::connect(server.address, Some(token)).await.unwrap();
        jill.join(MARVEL, json!({ "presence": true })).await;
        let myself = &jill.hear_until("presence_full").await["payload"]["presence"][0];
        assert_eq!(myself["permissions"], json!({ "dbo_id": 1, "row_id": 1 }));
        assert_eq!(myself["extras"], json!({ "name": "Jill" }), "the e-mail address is not shown");
    }
}

#[tokio::test]
async fn a_wrong_password_and_an_unknown_user_have_the_same_answer() {
    let server = Running::start().await;
    signs_up(&server, "jill@example.com").await;
    let refusal = json!({ "code": "ERROR_CODE_ACCESS_DENIED", "message": "Invalid Credentials." });
    for (email, password) in [("jill@example.com", "wrong horse"), ("jack@example.com", "correct horse")] {
        assert_eq!(error(&logs_in(&server, email, password).await), (403, refusal.clone()));
    }
}

#[tokio::test]
async fn an_email_address_signs_up_once() {
    let server = Running::start().await;
    signs_up(&server, "jill@example.com").await;
    let again = signs_up(&server, "JILL@example.com").await;
    let refusal = json!({ "code": "ERROR_CODE_ACCESS_DENIED", "message": "This account is already in use." });
    assert_eq!(error(&again), (403, refusal));
}

#[tokio::test]
async fn an_invalid_sign_up_is_refused_with_the_name_of_the_field() {
    let server = Running::start().await;
    let refusals = [
        ("", "EOF"),
        ("[]", "invalid"),
        (r#"{"email":"a@b"}"#, "missing field `password`"),
        (r#"{"email":1,"password":"correct horse"}"#, "email: invalid type"),
        (r#"{"email":"nobody","password":"correct horse"}"#, "email: not an e-mail address"),
        (r#"{"email":"a@b","password":"short"}"#, "password: 8 to 1024 bytes"),
        (r#"{"email":"a@b","password":"correct horse"} x"#, "trailing characters"),
    ];
    for (body, reason) in refusals {
        let answer = ask(server.address, "POST", "/api:auth/auth/signup", &[JSON], body).await;
        let (status, refusal) = error(&answer);
        assert_eq!((status, &refusal["code"]), (400, &json!("ERROR_CODE_INPUT_ERROR")), "{body}");
        assert!(refusal["message"].as_str().unwrap().contains(reason), "{body}: {refusal}");
    }
    let large = "x".repeat(20_000);
    let answer = ask(server.address, "POST", "/api:auth/auth/signup", &[JSON], &large).await;
    assert_eq!(answer.status, 413);
}

#[tokio::test]
async fn me_needs_the_token_of_a_user_who_signed_up_here() {
    let server = Running::start().await;
    signs_up(&server, "jill@example.com").await;
    let without = ask(server.address, "GET", "/api:auth/auth/me", &[], "").await;
    assert_eq!((without.status, &without.json()["code"]), (401, &json!("ERROR_CODE_UNAUTHORIZED")));
    for token in ["nonsense".to_owned(), token_of(1, 2, json!({})), token_of(5, 1, json!({}))] {
        let answer = me(server.address, &token).await;
        assert_eq!(answer.status, 401);
        assert!(!answer.body.contains(&token));
    }
}

/// Returns a token that is accepted for about four more seconds: of the 60 s of leeway, 57 have passed.
fn token_about_to_expire() -> String {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
    token(&json!({ "dbo_id": 5, "id": 7, "exp": now - 57 }))
}

#[tokio::test]
async fn a_socket_whose_token_expires_receives_an_error_is_closed_with_1012_and_reconnects_as_anonymous() {
    let server = Running::start().await;
    let token = token_about_to_expire();
    let (mut jack, _) = Client::connect(server.address, Some(&token)).await.unwrap();
    jack.join(MARVEL, json!({})).await;
    assert_eq!(jack.hear().await["action"], "join", "accepted at first");
    let told = jack.hear_until("error").await;
    assert_eq!(told["options"], json!({}), "reaches every channel of the client");
    assert_eq!(told["payload"]["code"], "token_expired");
    assert_eq!(jack.hear_close().await, 1012);

    let (mut jack, _) = Client::connect(server.address, Some(&token)).await.unwrap();
    assert_eq!(jack.hear().await["payload"]["code"], "token_not_accepted", "no longer accepted at all");
}

#[tokio::test]
async fn a_socket_that_sends_without_a_pause_is_closed_when_its_token_expires() {
    let limits = Limits { messages_per_second: usize::MAX, ..Limits::default() };
    let server = Running::start_with(Config { limits, ..Config::default() }).await;
    let (jack, _) = Client::connect(server.address, Some(&token_about_to_expire())).await.unwrap();
    let flood = vec![Message::Ping(Bytes::new()); 1_000];
    let (mut writer, mut reader) = {
        use futures_util::StreamExt;
        jack.socket.split()
    };
    let flooding = tokio::spawn(async move {
        use futures_util::{SinkExt, stream};
        while writer.send_all(&mut stream::iter(flood.iter().cloned().map(Ok))).await.is_ok() {}
    });
    let code = patiently(async {
        use futures_util::StreamExt;
        loop {
            if let Message::Close(frame) = reader.next().await.unwrap().unwrap() {
                return u16::from(frame.unwrap().code);
            }
        }
    });
    assert_eq!(code.await, 1012);
    flooding.abort();
}

#[tokio::test]
async fn a_socket_stays_open_if_its_token_expires_beyond_the_range_of_the_clock() {
    let server = Running::start().await;
    let token = token(&json!({ "dbo_id": 5, "id": 7, "exp": u64::MAX }));
    let (mut jack, _) = Client::connect(server.address, Some(&token)).await.unwrap();
    jack.join(MARVEL, json!({})).await;
    assert_eq!(jack.hear().await["action"], "join");
}

#[tokio::test]
async fn pages_of_allowed_origins_may_use_the_endpoints_and_never_with_credentials() {
    let mut origins = Origins::default();
    origins.allow("https://app.example.com").unwrap();
    let only = Running::start_with(Config { origins, ..Config::default() }).await;
    let any = Running::start().await;
    let own = format!("http://{}", any.address);
    let cases = [
        (&any, "http://localhost:3000", Some("*")),
        (&any, &own, Some("*")),
        (&any, "https://anywhere.example", None),
        (&any, "null", None),
        (&only, "https://app.example.com", Some("https://app.example.com")),
        (&only, "https://anywhere.example", None),
        (&only, "http://localhost:3000", None),
    ];
    for (server, origin, allowed) in cases {
        let preflight = [
            ("Origin", origin),
            ("Access-Control-Request-Method", "POST"),
            ("Access-Control-Request-Headers", "authorization,content-type"),
        ];
        let answer = ask(server.address, "OPTIONS", "/api:auth/auth/login", &preflight, "").await;
        assert_eq!(answer.status, if allowed.is_some() { 200 } else { 403 }, "{origin}");
        assert_eq!(answer.header("access-control-allow-origin"), allowed, "{origin}");
        let headers = allowed.map(|_| "authorization,content-type");
        assert_eq!(answer.header("access-control-allow-headers"), headers, "{origin}");
        assert_eq!(answer.header("access-control-allow-credentials"), None);

        let headers = [("Origin", origin), ("Content-Type", "application/json")];
        let answer = ask(server.address, "POST", "/api:auth/auth/login", &headers, "{}").await;
        assert_eq!(answer.status, if allowed.is_some() { 400 } else { 403 }, "{origin}");
        assert_eq!(answer.header("access-control-allow-origin"), allowed, "{origin}: errors are readable too");
    }
}

#[tokio::test]
async fn a_page_of_another_origin_cannot_sign_up_without_a_preflight_request() {
    let server = Running::start().await;
    let user = r#"{"email":"jill@example.com","password":"correct horse"}"#;
    for content_type in ["text/plain", "application/x-www-form-urlencoded", "text/plain; application/json", ""] {
        let headers = [("Content-Type", content_type)];
        let answer = ask(server.address, "POST", "/api:auth/auth/signup", &headers, user).await;
        assert_eq!((answer.status, &answer.json()["code"]), (415, &json!("ERROR_CODE_INPUT_ERROR")), "{content_type}");
    }
    let headers = [("Content-Type", "Application/JSON; charset=utf-8")];
    assert_eq!(ask(server.address, "POST", "/api:auth/auth/signup", &headers, user).await.status, 200);
}

#[tokio::test]
async fn on_other_addresses_than_loopback_the_endpoints_need_the_flag_dev() {
    for dev in [false, true] {
        let (_server, address) = Running::start_beyond_loopback(Config { dev, ..Config::default() }).await;
        let answer = post(address, "/api:auth/auth/login", &json!({ "email": "a@b", "password": "x" })).await;
        assert_eq!(answer.status, if dev { 403 } else { 404 });
    }
}
