//! Which connection a channel object belongs to, as tokens change. A token is read when a socket is about to open.

use std::rc::Rc;

use super::app::{ChannelObject, Connection, Settings};
use super::{driver, wire};
use crate::session::Input;

/// Moves the channel objects whose client has another token by now to the connection with that token. Where all of
/// them have a new one, the connection itself takes it.
pub(super) fn regroup(connection: &Rc<Connection>) {
    let objects = connection.objects();
    let keeps = |object: &Rc<ChannelObject>| object.settings.token() == *connection.token.borrow();
    if let (Some(first), false) = (objects.first(), objects.iter().any(keeps)) {
        let token = first.settings.token();
        if Connection::find(&connection.url, &token).is_none() {
            connection.token.replace(token);
        }
    }
    for object in &objects {
        if !keeps(object) {
            migrate(object);
        }
    }
}

/// Gives the client of these settings a new socket, with the token that it has now.
pub(super) fn reconnect(settings: &Settings) {
    let is_own = |object: &Rc<ChannelObject>| object.settings.client() == settings.client();
    for connection in Connection::all() {
        let objects = connection.objects();
        if !objects.iter().any(is_own) {
            continue;
        }
        if settings.token() == *connection.token.borrow() || objects.iter().all(is_own) {
            driver::feed(&connection, Input::Reconnect);
            continue;
        }
        // The clients that share the socket keep it.
        for object in objects.iter().filter(|object| is_own(object)) {
            wire::announce_status_to(object.id.get() as u32, false);
            migrate(object);
        }
    }
}

fn migrate(object: &Rc<ChannelObject>) {
    let waiting = driver::deactivate(object);
    let target = Connection::find(&object.url, &object.settings.token());
    driver::activate_on(&target.unwrap_or_else(|| Connection::make(object)), object);
    if object.is_connected() {
        wire::announce_status_to(object.id.get() as u32, true);
    }
    for frame in waiting {
        driver::send(object, frame.body);
    }
}
