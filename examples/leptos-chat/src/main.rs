//! The Marvel chat in Rust: Leptos on top of the typed API of xano-wasm.

mod entrance;
mod line;
mod room;

use leptos::prelude::*;

use entrance::{Entrance, Ticket};
use room::Room;

fn main() {
    console_error_panic_hook::set_once();
    mount_to_body(App);
}

#[component]
fn App() -> impl IntoView {
    let ticket = RwSignal::new(None::<Ticket>);
    view! {
        <header>
            <h1>"Marvel chat " <small>"in Rust"</small></h1>
            <Show when=move || ticket.read().is_some()>
                <button class="quiet" on:click=move |_| ticket.set(None)>"Leave"</button>
            </Show>
        </header>
        <main>
            {move || match ticket.get() {
                None => view! { <Entrance ticket /> }.into_any(),
                Some(ticket) => view! { <Room ticket /> }.into_any(),
            }}
        </main>
    }
}
