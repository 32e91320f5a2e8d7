//! One WebSocket with its listeners.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use gloo_events::EventListener;
use gloo_timers::callback::Interval;
use js_sys::JsString;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{CloseEvent, MessageEvent, WebSocket};
use xano_realtime_protocol::CloseCode;

use super::frame::PING;
use super::timer::now_ms;

/// How much the browser is given to send before the network has taken it.
const BUFFERED_BYTES: u32 = 262_144;
/// How often it is asked whether that has become less.
const BUFFER_POLL_MS: u32 = 50;

/// What a socket has to say.
pub(super) enum SocketEvent {
    Opened,
    Received(JsString),
    Closed(CloseCode, String),
    Writable,
}

/// Closes, and stops listening, when it is dropped.
pub(super) struct Socket {
    socket: WebSocket,
    tell: Rc<dyn Fn(SocketEvent)>,
    heard_ms: Rc<Cell<f64>>,
    /// When a frame went out last.
    sent_ms: Cell<f64>,
    /// Whether anything came since it was last told to listen.
    was_heard: Rc<Cell<bool>>,
    poll: RefCell<Option<Interval>>,
    _listeners: [EventListener; 3],
}

impl Socket {
    /// The token is the subprotocol. Fails where the platform makes no socket.
    pub(super) fn open(
        url: &str,
        token: Option<&str>,
        tell: impl Fn(SocketEvent) + 'static,
    ) -> Result<Socket, JsValue> {
        let socket = match token {
            Some(token) => WebSocket::new_with_str(url, token)?,
            None => WebSocket::new(url)?,
        };
        let tell: Rc<dyn Fn(SocketEvent)> = Rc::new(tell);
        let heard_ms = Rc::new(Cell::new(now_ms()));
        let [opened, received, closed] = [tell.clone(), tell.clone(), tell.clone()];
        let was_heard = Rc::new(Cell::new(false));
        let heard = (heard_ms.clone(), was_heard.clone());
        let listeners = [
            EventListener::new(&socket, "open", move |_| opened(SocketEvent::Opened)),
            EventListener::new(&socket, "message", move |event| {
                heard.0.set(now_ms());
                heard.1.set(true);
                let data = event.dyn_ref::<MessageEvent>().map(MessageEvent::data);
                if let Some(Ok(text)) = data.map(JsCast::dyn_into) {
                    received(SocketEvent::Received(text));
                }
            }),
            EventListener::new(&socket, "close", move |event| {
                let (code, reason) = match event.dyn_ref::<CloseEvent>() {
                    Some(event) => (CloseCode(event.code()), event.reason()),
                    None => (CloseCode::ABNORMAL, String::new()),
                };
                closed(SocketEvent::Closed(code, reason));
            }),
        ];
        let sent_ms = Cell::new(now_ms());
        Ok(Socket { socket, tell, heard_ms, sent_ms, was_heard, poll: RefCell::new(None), _listeners: listeners })
    }

    /// Whether the browser takes a frame now: it drops what it is given while closing, without a word.
    pub(super) fn is_writable(&self) -> bool {
        is_writable(&self.socket)
    }

    /// Tells once it is.
    pub(super) fn await_writable(&self) {
        let (socket, tell) = (self.socket.clone(), self.tell.clone());
        let mut poll = self.poll.borrow_mut();
        if poll.is_none() {
            *poll = Some(Interval::new(BUFFER_POLL_MS, move || {
                if is_writable(&socket) {
                    tell(SocketEvent::Writable);
                }
            }));
        }
    }

    /// It is writable, and need not be asked any more.
    pub(super) fn stop_polling(&self) {
        self.poll.take();
    }

    pub(super) fn send(&self, text: &str) {
        self.sent_ms.set(now_ms());
        // It fails while the socket is connecting only, when nothing is sent.
        let _ = self.socket.send_with_str(text);
    }

    pub(super) fn ping(&self) {
        self.send(PING);
    }

    /// How long ago the last frame came, or on V2 went out: its service looks at nothing else.
    pub(super) fn quiet_ms(&self, is_v2: bool) -> u32 {
        (now_ms() - if is_v2 { self.sent_ms.get() } else { self.heard_ms.get() }) as u32
    }

    /// From now on it matters whether anything comes.
    pub(super) fn listen(&self) {
        self.was_heard.set(false);
    }

    /// Whether anything came since.
    pub(super) fn was_heard(&self) -> bool {
        self.was_heard.get()
    }

    pub(super) fn close(&self, code: CloseCode) {
        // It fails with codes only that a page may not use; sessions close with 1000 and 4000.
        let _ = self.socket.close_with_code(code.0);
    }
}

impl Drop for Socket {
    fn drop(&mut self) {
        self.close(CloseCode::NORMAL);
    }
}

fn is_writable(socket: &WebSocket) -> bool {
    socket.ready_state() == WebSocket::OPEN && socket.buffered_amount() <= BUFFERED_BYTES
}
