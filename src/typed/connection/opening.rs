//! How a connection comes to its socket: whose channels it serves, with which token, and what if there is none.

use std::rc::Rc;

use wasm_bindgen_futures::spawn_local;

use super::Connection;
use crate::engine::{Epoch, Input};
use crate::typed::failure::Failure;
use crate::typed::socket::Socket;
use crate::typed::status::Status;
use crate::typed::token::{self, Token};
use crate::typed::{codec, pool};

impl Connection {
    pub(super) fn open(self: &Rc<Self>, epoch: Epoch) {
        pool::regroup(self);
        // Every channel of this connection may have moved to one with another token. It opens no socket, so nothing may
        // enter it.
        if self.channels.borrow().is_empty() {
            return pool::remove(self);
        }
        self.refusal.take();
        self.tell(Status::Connecting);
        match self.token() {
            Token::Anonymous => self.open_with(epoch, None),
            Token::Fixed(token) => self.open_with(epoch, Some(&token)),
            Token::Provided(provide) => {
                let weak = Rc::downgrade(self);
                spawn_local(async move {
                    let answer = token::ask(provide).await;
                    let Some(connection) = weak.upgrade().filter(|connection| connection.epoch.get() == Some(epoch))
                    else {
                        return;
                    };
                    match answer {
                        Ok(token) if token.is_empty() => connection.open_with(epoch, None),
                        Ok(token) => connection.open_with(epoch, Some(&token)),
                        Err(cause) => connection.attempt_failed(epoch, Failure::NoToken, cause),
                    }
                });
            }
        }
    }

    fn open_with(self: &Rc<Self>, epoch: Epoch, token: Option<&str>) {
        if token.is_some_and(|token| !token::is_legal(token)) {
            self.decide(Input::TokenRefused { epoch });
            return;
        }
        let weak = Rc::downgrade(self);
        let socket = Socket::open(&self.address, token, move |event| {
            if let Some(connection) = weak.upgrade() {
                connection.hear(epoch, event);
            }
        });
        match socket {
            Ok(socket) => drop(self.socket.replace(Some(socket))),
            Err(error) => {
                let cause = format!("{}: {}", self.address, codec::text_of(&error));
                self.decide(Input::NoSocketMade);
                self.attempt_failed(epoch, Failure::NoSocket, cause);
            }
        }
    }

    /// There is no token, or no socket. Never an anonymous connection instead: it counts as an attempt that failed.
    fn attempt_failed(self: &Rc<Self>, epoch: Epoch, failure: Failure, cause: String) {
        self.failed(failure, cause);
        self.lost(epoch);
    }
}
