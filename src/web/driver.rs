//! Feeds a session and carries out what it decides.

use std::rc::Rc;

use js_sys::{JsString, Map, Math};
use slab::Slab;
use wasm_bindgen::prelude::*;

use xano_realtime_protocol::CloseCode;

use super::app::{self, ChannelObject, Connection, ConnectionId, Membership, Place};
use super::wire::Link;
use super::{failure, tokens, wire};
use crate::config;
use crate::session::{ChannelId, Epoch, Frame, Input, Output, Session, State};

/// Gives a session an input, and carries out everything that follows.
pub(super) fn feed(connection: ConnectionId, input: Input<JsString>) {
    app::with(|app| {
        app.connections.get_mut(connection)?.session.handle(input);
        Some(())
    });
    while let Some(output) = app::with(|app| app.connections.get_mut(connection)?.session.poll()) {
        carry_out(connection, output);
    }
}

/// Makes the channel object a member of its channel, and asks for the connection. Does nothing when it is one.
pub(super) fn activate(object: &Rc<ChannelObject>) {
    if object.place.get().is_some() || object.destroyed.get() {
        return;
    }
    let token = object.settings.token();
    let connection = find(&object.url, token.as_deref()).or_else(|| {
        let connection = Connection {
            url: object.url.clone(),
            token,
            session: Session::new(),
            link: None,
            timer: None,
            numbers: Map::new(),
            memberships: Slab::new(),
        };
        app::with(|app| Some(app.connections.insert(connection)))
    });
    let Some(connection) = connection else { return };
    let Some(channel) = app::with(|app| Some(enter(app.connections.get_mut(connection)?, object)))
    else {
        return;
    };
    object.place.set(Some(Place {
        connection,
        channel,
    }));
    feed(
        connection,
        Input::Join {
            channel,
            wishes: object.wishes,
        },
    );
}

/// Takes the channel object out of its channel. Hands back what waits there, if it was the last one.
pub(super) fn deactivate(object: &Rc<ChannelObject>) -> Vec<Frame<JsString>> {
    let Some(Place {
        connection,
        channel,
    }) = object.place.take()
    else {
        return Vec::new();
    };
    let waiting = app::with(|app| {
        let connection = app.connections.get_mut(connection)?;
        let membership = connection.memberships.get_mut(channel as usize)?;
        Rc::make_mut(&mut membership.objects).retain(|other| !Rc::ptr_eq(other, object));
        membership
            .objects
            .is_empty()
            .then(|| connection.session.take_waiting(channel))
    });
    let Some(waiting) = waiting else {
        return Vec::new();
    };
    feed(connection, Input::Leave { channel });
    app::with(|app| {
        let place = app.connections.get_mut(connection)?;
        let membership = place.memberships.try_remove(channel as usize)?;
        place.numbers.delete(&membership.name);
        if place.memberships.is_empty() {
            app.connections.try_remove(connection);
        }
        Some(())
    });
    waiting.into()
}

/// Sends a frame on the object's channel, or lets it wait.
pub(super) fn send(object: &Rc<ChannelObject>, text: JsString) {
    activate(object);
    let Some(place) = object.place.get() else {
        return;
    };
    let writable = link(place.connection).is_some_and(|link| link.writable());
    let frame = Frame {
        bytes: text.length(),
        body: text,
    };
    let may_wait = object.may_wait;
    feed(
        place.connection,
        Input::Send {
            channel: place.channel,
            frame,
            writable,
            may_wait,
        },
    );
}

/// The connection to that URL with that token.
pub(super) fn find(url: &str, token: Option<&str>) -> Option<ConnectionId> {
    app::with(|app| {
        let mut connections = app.connections.iter();
        connections
            .find(|(_, connection)| connection.is_for(url, token))
            .map(|(id, _)| id)
    })
}

pub(super) fn state(connection: ConnectionId) -> Option<State> {
    app::with(|app| Some(app.connections.get(connection)?.session.state()))
}

fn enter(connection: &mut Connection, object: &Rc<ChannelObject>) -> ChannelId {
    let known = connection.numbers.get(&object.name).as_f64();
    if let Some(membership) =
        known.and_then(|number| connection.memberships.get_mut(number as usize))
    {
        Rc::make_mut(&mut membership.objects).push(object.clone());
        return known.unwrap_or_default() as ChannelId;
    }
    let membership = Membership {
        name: object.name.clone(),
        objects: Rc::new(vec![object.clone()]),
    };
    let channel = connection.memberships.insert(membership) as ChannelId;
    connection
        .numbers
        .set(&object.name, &JsValue::from(channel));
    channel
}

fn carry_out(connection: ConnectionId, output: Output<JsString>) {
    match output {
        Output::OpenSocket { epoch } => open(connection, epoch),
        Output::CloseSocket { code } => {
            if let Some(link) = link(connection) {
                link.close(code.0);
            }
        }
        Output::DropSocket { code } => {
            if let Some(link) = take_link(connection) {
                link.discard(code.0);
            }
        }
        Output::SendJoin { channel, wishes } => {
            if let Some(name) = name(connection, channel) {
                write(
                    connection,
                    &wire::join(&name, wishes.history, wishes.presence),
                );
            }
        }
        Output::SendLeave { channel } => {
            if let Some(text) = name(connection, channel).and_then(|name| wire::leave(&name).ok()) {
                write(connection, &text);
            }
        }
        Output::Send { body } => write(connection, &body),
        Output::SetTimer { epoch, after_ms } => {
            let timer = wire::set_timer(connection as u32, epoch, after_ms);
            replace_timer(connection, Some(timer));
        }
        Output::ClearTimer => replace_timer(connection, None),
        Output::Connected => wire::announce_status(connection as u32, true),
        Output::Disconnected => {
            take_link(connection);
            wire::announce_status(connection as u32, false);
        }
        Output::Failed { channel, failure } => failure::announce(connection, channel, failure),
    }
}

fn open(connection: ConnectionId, epoch: Epoch) {
    tokens::regroup(connection);
    let found = app::with(|app| {
        let connection = app.connections.get(connection)?;
        Some((
            connection.url.clone(),
            connection.token.clone(),
            connection.numbers.clone(),
        ))
    });
    // Every channel of this connection may have moved to one with another token.
    let Some((url, token, numbers)) = found else {
        return;
    };
    if token
        .as_deref()
        .is_some_and(|token| !config::is_legal_token(token))
    {
        return feed(connection, Input::TokenRefused { epoch });
    }
    match Link::new(&url, token.as_deref(), connection as u32, epoch, &numbers) {
        Ok(link) => {
            app::with(|app| {
                app.connections.get_mut(connection)?.link = Some(Rc::new(link));
                Some(())
            });
        }
        Err(error) => {
            failure::announce_no_socket(connection, &error);
            feed(
                connection,
                Input::Closed {
                    epoch,
                    code: CloseCode::ABNORMAL,
                    random: Math::random(),
                },
            );
        }
    }
}

fn write(connection: ConnectionId, text: &JsString) {
    if let Some(link) = link(connection) {
        // The only failure is a socket that is not open yet, and a session sends on open ones only.
        let _ = link.send(text);
    }
}

pub(super) fn link(connection: ConnectionId) -> Option<Rc<Link>> {
    app::with(|app| app.connections.get(connection)?.link.clone())
}

fn take_link(connection: ConnectionId) -> Option<Rc<Link>> {
    app::with(|app| app.connections.get_mut(connection)?.link.take())
}

fn replace_timer(connection: ConnectionId, timer: Option<JsValue>) {
    let replaced =
        app::with(|app| core::mem::replace(&mut app.connections.get_mut(connection)?.timer, timer));
    if let Some(replaced) = replaced {
        wire::clear_timer(&replaced);
    }
}

fn name(connection: ConnectionId, channel: ChannelId) -> Option<JsValue> {
    app::with(|app| {
        Some(
            app.connections
                .get(connection)?
                .memberships
                .get(channel as usize)?
                .name
                .clone(),
        )
    })
}
