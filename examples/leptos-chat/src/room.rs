//! The room. When it is taken off the page, its client is dropped, and with it go the socket, the streams and the tasks
//! that read them.

use futures::StreamExt;
use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use leptos::task::spawn_local;
use xano_wasm::{Action, BuildError, Channel, Status, XanoClient};

use crate::entrance::Ticket;
use crate::line::{Line, Shown};

const ROOM: &str = "marvel-chat-room";

#[component]
pub fn Room(ticket: Ticket) -> impl IntoView {
    let name = ticket.name.clone();
    match connect(ticket) {
        Ok((client, channel)) => view! { <Chat client channel name /> }.into_any(),
        Err(error) => view! { <p role="alert">{error.to_string()}</p> }.into_any(),
    }
}

fn connect(ticket: Ticket) -> Result<(XanoClient, Channel), BuildError> {
    let client =
        XanoClient::builder().api_group_base_url(ticket.base_url).realtime_connection_hash(ticket.hash).build()?;
    let channel = client.channel(ROOM).presence(true).history(true).recover(true).join();
    Ok((client, channel))
}

#[component]
fn Chat(client: XanoClient, channel: Channel, name: String) -> impl IntoView {
    let log = RwSignal::new(Vec::<Shown>::new());
    let status = RwSignal::new("Connecting");
    let people = RwSignal::new(0);
    let problem = RwSignal::new(String::new());

    let mut actions = channel.actions::<Line>();
    spawn_local(async move {
        while let Some(item) = actions.next().await {
            match item {
                Ok(Action::Message(message)) => log.update(|log| log.push(message.into())),
                // After a reconnect what was missed comes as messages; a server that keeps no count sends it all again.
                Ok(Action::History(entries)) => log.set(entries.into_iter().map(Shown::from).collect()),
                Ok(_) => {}
                Err(error) => log.update(|log| log.push(error.into())),
            }
        }
    });

    let mut present = channel.presence_changes();
    spawn_local(async move {
        while let Some(clients) = present.next().await {
            people.set(clients.len());
        }
    });

    let mut statuses = client.connection_statuses();
    spawn_local(async move {
        while let Some(change) = statuses.next().await {
            match change {
                Status::Connected => status.set("Connected"),
                Status::Connecting => status.set("Connecting"),
                Status::Disconnected { retry: Some(_), .. } => status.set("Connecting again"),
                Status::Disconnected { retry: None, .. } => status.set("Disconnected"),
                Status::Failed { failure, detail } => problem.set(format!("{} {detail}", failure.message())),
                _ => {}
            }
        }
    });

    // Neither leaves this thread, so they are kept locally; what is kept is dropped with the component.
    let held = StoredValue::new_local((client, channel));
    let text = RwSignal::new(String::new());
    let say = move |event: SubmitEvent| {
        event.prevent_default();
        let line = Line { name: name.clone(), text: text.get() };
        match held.with_value(|(_, channel)| channel.message(&line)) {
            Ok(()) => text.set(String::new()),
            Err(error) => problem.set(error.to_string()),
        }
    };

    view! {
        <p class="state">
            <span role="status">{status}</span>
            <span id="people">{move || format!("{} here", people.get())}</span>
        </p>
        <p role="alert">{problem}</p>
        <ol id="log" aria-label="Messages">
            {move || {
                log.get()
                    .into_iter()
                    .map(|entry| {
                        view! {
                            <li class=if entry.is_note { "note" } else { "bubble" }>
                                <b>{entry.name}</b>
                                <span>{entry.text}</span>
                            </li>
                        }
                    })
                    .collect_view()
            }}
        </ol>
        <form class="say" autocomplete="off" on:submit=say>
            <label for="text">"Message"</label>
            <input id="text" required bind:value=text />
            <button type="submit">"Send"</button>
        </form>
    }
}
