//! What a page tells of itself: the network is back, or it is seen again.

use gloo_events::EventListener;
use wasm_bindgen::JsCast;
use web_sys::{Document, Event, EventTarget, PageTransitionEvent};

/// Listens until it is dropped.
pub(super) struct Page {
    _listeners: Vec<EventListener>,
}

impl Page {
    /// Calls with whether the page has slept, as far as the event itself says so.
    pub(super) fn watch(resumed: impl Fn(bool) + Clone + 'static) -> Page {
        // Workers have no page; where there is nothing to listen to, timers alone tell.
        let Ok(target) = js_sys::global().dyn_into::<EventTarget>() else {
            return Page { _listeners: Vec::new() };
        };
        let listen = |kind: &'static str, slept: fn(&Event) -> bool| {
            let resumed = resumed.clone();
            EventListener::new(&target, kind, move |event| {
                if !is_of_hidden_page(event) {
                    resumed(slept(event));
                }
            })
        };
        let listeners = vec![
            listen("online", |_| true),
            listen("pageshow", |event| {
                event.dyn_ref::<PageTransitionEvent>().is_some_and(PageTransitionEvent::persisted)
            }),
            // It rises from the document.
            listen("visibilitychange", |_| false),
        ];
        Page { _listeners: listeners }
    }
}

fn is_of_hidden_page(event: &Event) -> bool {
    event.target().and_then(|target| target.dyn_into::<Document>().ok()).is_some_and(|document| document.hidden())
}
