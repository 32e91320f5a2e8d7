//! Hands the typed API to the tests, thinly: whatever a test awaits or drops is a Rust value in a JavaScript one.
#![cfg(target_arch = "wasm32")]
#![expect(missing_docs, reason = "the exports are the documented API's, under its names")]

mod feed;
mod room;

use serde::{Deserialize, Serialize};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use xano_wasm as typed;
use xano_wasm::{ActionName, ClientId, PublishError, RealtimeVersion, WhenFull};

pub use feed::Feed;
pub use room::{Heard, Item, Room};

/// What is said in the tests.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Line {
    pub(crate) name: String,
    pub(crate) text: String,
    #[serde(default)]
    pub(crate) scores: Vec<Score>,
}

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Score {
    pub(crate) hero: String,
    pub(crate) points: u32,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Settings {
    base_url: String,
    hash: String,
    token: String,
    auth_token: Option<String>,
    capacity: usize,
    when_full: String,
    wait: bool,
    own_socket: bool,
    version: u8,
    client_id: Option<String>,
    is_stored: bool,
}

impl Default for Settings {
    fn default() -> Self {
        let empty = String::new;
        Settings {
            base_url: empty(),
            hash: empty(),
            token: empty(),
            auth_token: None,
            capacity: 1_000,
            when_full: empty(),
            wait: true,
            own_socket: false,
            version: 1,
            client_id: None,
            is_stored: false,
        }
    }
}

#[wasm_bindgen(start)]
fn start() {
    console_error_panic_hook::set_once();
}

fn error_of(error: impl std::fmt::Display) -> JsValue {
    js_sys::Error::new(&error.to_string()).into()
}

/// The error with a `code`.
fn unpublished(error: PublishError) -> JsValue {
    let code = match &error {
        PublishError::Refused(refusal) => refusal.code.clone().unwrap_or_default(),
        PublishError::Failed(failure) => failure.code().to_owned(),
        other => format!("{other:?}"),
    };
    let retry_after = match &error {
        PublishError::Refused(refusal) => refusal.retry_after,
        _ => None,
    };
    let fault = error_of(error);
    js_sys::Reflect::set(&fault, &"code".into(), &code.into()).unwrap_or_default();
    js_sys::Reflect::set(&fault, &"retryAfter".into(), &value_of(&retry_after)).unwrap_or_default();
    fault
}

fn value_of(value: &impl Serialize) -> JsValue {
    serde_wasm_bindgen::to_value(value).unwrap_or_else(error_of)
}

#[wasm_bindgen]
pub struct Client {
    client: typed::XanoClient,
    queues: bool,
}

#[wasm_bindgen]
impl Client {
    #[wasm_bindgen(constructor)]
    pub fn new(settings: JsValue) -> Result<Client, JsValue> {
        let settings: Settings = serde_wasm_bindgen::from_value(settings)?;
        let mut builder = typed::XanoClient::builder()
            .api_group_base_url(settings.base_url)
            .realtime_connection_hash(settings.hash)
            .realtime_auth_token(&settings.token)
            .stream_capacity(settings.capacity)
            .when_full(match settings.when_full.as_str() {
                "newest" => WhenFull::DropNewest,
                "end" => WhenFull::End,
                _ => WhenFull::DropOldest,
            });
        if let Some(token) = settings.auth_token {
            builder = builder.auth_token(token);
        }
        if settings.version == 2 {
            builder = builder.version(RealtimeVersion::V2);
        }
        if let Some(id) = settings.client_id {
            builder = builder.realtime_client_id(id);
        }
        if settings.is_stored {
            builder = builder.realtime_client_id(ClientId::Stored);
        }
        if settings.own_socket {
            // Clients with closures of their own share nothing.
            builder = builder.realtime_auth_token_provider(async || Ok::<_, String>(String::new()));
        }
        let client = builder.build().map_err(error_of)?;
        Ok(Client { client, queues: settings.wait })
    }

    pub fn join(&self, name: String, presence: bool, history: bool, recover: bool) -> Channel {
        let channel = self.client.channel(name).presence(presence).history(history).recover(recover);
        Channel(channel.queue_offline_actions(self.queues).join())
    }

    pub fn status(&self) -> Feed {
        Feed::statuses(self.client.connection_statuses())
    }

    pub fn reconnect(&self) {
        self.client.realtime_reconnect();
    }

    pub fn set_token(&self, token: &str) -> Result<(), JsValue> {
        self.client.set_realtime_auth_token(token).map_err(error_of)
    }

    pub fn set_token_provider(&self, provide: js_sys::Function) {
        self.client.set_realtime_auth_token_provider(async move || {
            let fault = |error: JsValue| error.as_string().unwrap_or_default();
            let promise = provide.call0(&JsValue::NULL).map_err(fault)?;
            let token = JsFuture::from(js_sys::Promise::resolve(&promise)).await.map_err(fault)?;
            token.as_string().ok_or_else(|| "no text".to_owned())
        });
    }

    pub async fn get_score(self, endpoint: String, team: String) -> Result<JsValue, JsValue> {
        let score: Score = self.client.get(&endpoint, &[("team", &team)]).await.map_err(error_of)?;
        Ok(value_of(&score))
    }

    /// Asks, and does not wait for the answer.
    pub fn ask_and_drop(&self, endpoint: &str) {
        let asked: Option<Result<Score, _>> = futures::FutureExt::now_or_never(self.client.get(endpoint, &[]));
        assert!(asked.is_none(), "no answer is there at once");
    }

    pub async fn post_score(self, endpoint: String, hero: String, points: u32) -> Result<JsValue, JsValue> {
        let score: Score = self.client.post(&endpoint, &Score { hero, points }).await.map_err(error_of)?;
        Ok(value_of(&score))
    }

    #[wasm_bindgen(js_name = clone)]
    pub fn another(&self) -> Client {
        Client { client: self.client.clone(), queues: self.queues }
    }
}

#[wasm_bindgen]
pub struct Channel(typed::Channel);

#[wasm_bindgen]
impl Channel {
    pub fn say(&self, name: String, text: String) -> Result<(), JsValue> {
        let scores = vec![Score { hero: name.clone(), points: 7 }];
        self.0.message(&Line { name, text, scores }).map_err(error_of)
    }

    /// Larger than a JavaScript number says exactly.
    pub fn say_too_much(&self) -> Result<(), JsValue> {
        self.0.message(&u64::MAX).map_err(error_of)
    }

    /// Resolves with what became of it; rejects with an error that has a `code`.
    pub fn publish(&self, name: String, text: String) -> js_sys::Promise {
        let answer = self.0.publish(&Line { name, text, scores: Vec::new() });
        wasm_bindgen_futures::future_to_promise(async move {
            let published = answer.await.map_err(unpublished)?;
            Ok(published.id.map_or(JsValue::NULL, JsValue::from))
        })
    }

    pub fn whisper(&self, socket_id: &str, text: String) -> Result<(), JsValue> {
        self.0.message_to(socket_id, &Line { name: "whisper".into(), text, scores: Vec::new() }).map_err(error_of)
    }

    pub fn history(&self) -> js_sys::Promise {
        let answer = self.0.history::<Line>();
        wasm_bindgen_futures::future_to_promise(async move {
            let entries = answer.await.map_err(error_of)?;
            Ok(value_of(&entries.into_iter().map(feed::line).collect::<Vec<_>>()))
        })
    }

    pub fn joined(&self) -> js_sys::Promise {
        let joined = self.0.joined();
        wasm_bindgen_futures::future_to_promise(async move {
            joined.await.map_err(error_of)?;
            Ok(JsValue::UNDEFINED)
        })
    }

    pub fn presence(&self) -> JsValue {
        value_of(&self.0.get_presence().into_iter().map(|client| client.socket_id).collect::<Vec<_>>())
    }

    pub fn presence_changes(&self) -> Feed {
        Feed::presence(self.0.presence_changes())
    }

    /// Calls `heard` with each message, in words.
    pub fn on_message(&self, heard: js_sys::Function) -> Subscription {
        Subscription(self.0.on(ActionName::Message, move |item| {
            heard.call1(&JsValue::NULL, &feed::action(item).into()).unwrap_or_default();
        }))
    }

    pub fn messages(&self) -> Feed {
        Feed::messages(self.0.messages())
    }

    pub fn events(&self) -> Feed {
        Feed::events(self.0.events())
    }

    pub fn actions(&self) -> Feed {
        Feed::actions(self.0.actions())
    }

    #[wasm_bindgen(js_name = clone)]
    pub fn another(&self) -> Channel {
        Channel(self.0.clone())
    }
}

/// Listens until it is dropped.
#[wasm_bindgen]
pub struct Subscription(#[expect(dead_code, reason = "kept for its drop")] typed::Subscription);
