//! A channel of Realtime V2 for JavaScript.

use futures::StreamExt;
use futures::future::LocalBoxFuture;
use futures::stream::LocalBoxStream;
use serde::{Deserialize, Serialize};
use wasm_bindgen::prelude::*;
use xano_wasm::{Action, Channel, Message, PublishError, Published, ReceiveError, TypedChannel, User};

use crate::{Client, Feed, Subscription, error_of, unpublished, value_of};

/// What is said in a room, by its type.
#[derive(Debug, Serialize, Deserialize)]
#[serde(tag = "type", content = "payload", rename_all = "snake_case")]
enum InRoom {
    Send { text: String },
    Louder(String),
    Shrug,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Options {
    message_type: Option<String>,
    manual_ack: bool,
    recover: bool,
    capacity: Option<usize>,
}

#[wasm_bindgen]
impl Client {
    pub fn room(&self, name: String, options: JsValue) -> Result<Room, JsValue> {
        let options: Options = serde_wasm_bindgen::from_value(options)?;
        let mut channel = self.client.channel(name).recover(options.recover).manual_ack(options.manual_ack);
        if let Some(message_type) = options.message_type {
            channel = channel.message_type(&message_type);
        }
        if let Some(capacity) = options.capacity {
            channel = channel.stream_capacity(capacity);
        }
        Ok(Room(channel.join()))
    }
}

#[wasm_bindgen]
pub struct Room(Channel);

#[wasm_bindgen]
impl Room {
    pub fn message(&self, text: &str) -> Result<(), JsValue> {
        self.0.message(text).map_err(error_of)
    }

    pub fn message_as(&self, message_type: &str, text: &str) -> Result<(), JsValue> {
        self.0.with_message_type(message_type).message(text).map_err(error_of)
    }

    pub fn publish(&self, text: &str) -> js_sys::Promise {
        receipt(Box::pin(self.0.publish(text)))
    }

    pub fn publish_as(&self, message_type: &str, text: &str) -> js_sys::Promise {
        receipt(Box::pin(self.0.with_message_type(message_type).publish(text)))
    }

    /// To the first member that is present.
    pub fn publish_to_first(&self, text: &str) -> js_sys::Promise {
        let member = self.0.get_presence().into_iter().next().unwrap_throw();
        receipt(Box::pin(self.0.publish_to(&member, text)))
    }

    pub fn publish_to_user(&self, dbo_id: i32, row_id: String, text: &str) -> js_sys::Promise {
        receipt(Box::pin(self.0.publish_to(&User { dbo_id: dbo_id.into(), row_id }, text)))
    }

    pub fn message_to_socket(&self, socket_id: &str) -> Result<(), JsValue> {
        self.0.message_to(socket_id, "psst").map_err(error_of)
    }

    pub fn message_to_authenticated(&self) -> Result<(), JsValue> {
        self.0.message_to_authenticated("psst").map_err(error_of)
    }

    pub fn send_typed(&self, text: String) -> Result<(), JsValue> {
        self.typed().message(&InRoom::Send { text }).map_err(error_of)
    }

    pub fn publish_louder(&self, text: String) -> js_sys::Promise {
        receipt(Box::pin(self.typed().publish(&InRoom::Louder(text))))
    }

    pub fn publish_shrug(&self) -> js_sys::Promise {
        receipt(Box::pin(self.typed().publish(&InRoom::Shrug)))
    }

    /// A value without a type.
    pub fn send_untyped(&self) -> Result<(), JsValue> {
        self.0.typed::<u32>().message(&7).map_err(error_of)
    }

    /// Each in words.
    pub fn typed_messages(&self) -> Feed {
        Feed::of(self.typed().messages(), |item| match item {
            Ok(message) => format!("{:?}", message.payload),
            Err(error) => fault(error),
        })
    }

    /// Everything in words.
    pub fn actions(&self) -> Feed {
        Feed::of(self.0.actions(), action)
    }

    /// What has come is kept until it is finished.
    pub fn messages(&self) -> Heard {
        Heard(self.0.messages().boxed_local())
    }

    /// Calls `heard` with each message, in words, and keeps none.
    pub fn on_message(&self, heard: js_sys::Function) -> Subscription {
        Subscription(self.0.on(xano_wasm::ActionName::Message, move |item| {
            heard.call1(&JsValue::NULL, &action(item).into()).unwrap_or_default();
        }))
    }

    pub fn ack(&self, cursor: &str) {
        self.0.ack(cursor);
    }

    /// Who is present, each as `dbo_id/id name`.
    pub fn presence(&self) -> JsValue {
        #[derive(Default, Deserialize)]
        struct Extras {
            name: Option<String>,
        }
        let words = |client: xano_wasm::Client| {
            let name = client.extras::<Extras>().unwrap_or_default().name.unwrap_or_default();
            let is_known = if client.is_authenticated() { "" } else { " anonymous" };
            format!("{}/{}{is_known} {name}", client.permissions.dbo_id, client.id.unwrap_or_default())
        };
        value_of(&self.0.get_presence().into_iter().map(words).collect::<Vec<_>>())
    }

    pub fn joined(&self) -> js_sys::Promise {
        let joined = self.0.joined();
        wasm_bindgen_futures::future_to_promise(async move {
            joined.await.map_err(error_of)?;
            Ok(JsValue::UNDEFINED)
        })
    }

    pub async fn history(self) -> Result<JsValue, JsValue> {
        self.0.history::<String>().await.map_err(error_of)?;
        Ok(JsValue::UNDEFINED)
    }
}

impl Room {
    fn typed(&self) -> TypedChannel<InRoom> {
        self.0.typed()
    }
}

/// Messages that are kept.
#[wasm_bindgen]
pub struct Heard(LocalBoxStream<'static, Result<Message<String>, ReceiveError>>);

#[wasm_bindgen]
impl Heard {
    /// The next item, of which `free()` drops what it holds.
    pub async fn next(&mut self) -> Option<Item> {
        self.0.next().await.map(Item)
    }
}

#[wasm_bindgen]
pub struct Item(Result<Message<String>, ReceiveError>);

#[wasm_bindgen]
impl Item {
    pub fn words(&self) -> String {
        match &self.0 {
            Ok(message) => said(message),
            Err(error) => fault(error.clone()),
        }
    }

    pub fn id(&self) -> Option<String> {
        self.0.as_ref().ok()?.id.clone()
    }

    pub fn fail(&self) {
        if let Ok(message) = &self.0 {
            message.fail();
        }
    }

    #[wasm_bindgen(js_name = clone)]
    pub fn another(&self) -> Item {
        Item(self.0.clone())
    }
}

/// Resolves with the receipt in words; rejects with an error that has a `code`.
fn receipt(answer: LocalBoxFuture<'static, Result<Published, PublishError>>) -> js_sys::Promise {
    wasm_bindgen_futures::future_to_promise(async move { Ok(published(&answer.await.map_err(unpublished)?).into()) })
}

fn published(Published { id, dropped, delivered, .. }: &Published) -> String {
    let to = delivered.map_or("nobody knows".to_owned(), |delivered| delivered.to_string());
    let id = if id.is_some() { ", with an id" } else { "" };
    format!("{to}{}{id}", if *dropped { ", dropped" } else { "" })
}

fn said(message: &Message<String>) -> String {
    let again = if message.replayed { " again" } else { "" };
    let kept = if message.conversation { " kept" } else { "" };
    format!("{}{again}{kept}", message.payload)
}

fn action(item: Result<Action<String>, ReceiveError>) -> String {
    match item {
        Ok(Action::Message(message)) => {
            format!("{}: {}", message.message_type.as_deref().unwrap_or("no type"), said(&message))
        }
        Ok(Action::Joined) => "joined".to_owned(),
        Ok(Action::Present(members)) => format!("present: {}", members.len()),
        Ok(Action::Arrived(member)) => format!("arrived: {}", member.id.unwrap_or_default()),
        Ok(Action::Departed(member)) => format!("departed: {}", member.id.unwrap_or_default()),
        Ok(Action::ConversationStart { count }) => format!("transcript of {count}"),
        Ok(Action::ConversationEnd) => "end of transcript".to_owned(),
        Ok(Action::Broadcast(receipt)) => format!("receipt: {}", published(&receipt)),
        Ok(Action::Ack { .. }) => "acknowledged".to_owned(),
        Ok(other) => format!("{other:?}"),
        Err(error) => fault(error),
    }
}

fn fault(error: ReceiveError) -> String {
    match error {
        ReceiveError::Decode(error) => format!("misfit at {}: {}", error.path, error.reason),
        ReceiveError::Lagged { missed } => format!("missing: {missed}"),
        ReceiveError::Refused(error) => format!("refused: {}", error.message),
        other => format!("{other:?}").to_lowercase(),
    }
}
