//! The form in front of the room. Where our server serves the page, it fills in its own address.

use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use leptos::task::spawn_local;
use serde::Deserialize;

/// What it takes to enter.
#[derive(Clone, PartialEq)]
pub struct Ticket {
    pub base_url: String,
    pub hash: String,
    pub name: String,
}

/// What our server says of itself.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Connection {
    realtime_connection_hash: String,
}

#[component]
pub fn Entrance(ticket: RwSignal<Option<Ticket>>) -> impl IntoView {
    let base_url = RwSignal::new(String::new());
    let hash = RwSignal::new(String::new());
    let name = RwSignal::new(String::new());

    spawn_local(async move {
        let Ok(answer) = gloo_net::http::Request::get("connection.json").send().await else { return };
        // Elsewhere there is no such file, and the form is filled in by hand.
        if let Ok(connection) = answer.json::<Connection>().await {
            base_url.set(format!("{}/api:demo", location().origin().unwrap_or_default()));
            hash.set(connection.realtime_connection_hash);
        }
    });

    let enter = move |event: SubmitEvent| {
        event.prevent_default();
        ticket.set(Some(Ticket { base_url: base_url.get(), hash: hash.get(), name: name.get() }));
    };

    view! {
        <form class="entrance" autocomplete="off" on:submit=enter>
            <h2>"Join the room"</h2>
            <label for="base-url">"API group base URL"</label>
            <input id="base-url" type="url" required bind:value=base_url />
            <label for="hash">"Connection Hash"</label>
            <input id="hash" required bind:value=hash />
            <label for="name">"Your name"</label>
            <input id="name" required maxlength="40" bind:value=name />
            <button type="submit">"Submit"</button>
        </form>
    }
}
