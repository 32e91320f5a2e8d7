//! Which connection a channel object belongs to, as tokens change. A token is read when a socket is about to open.

use std::rc::Rc;

use super::app::{ChannelObject, Connection};
use super::{driver, wire};
use crate::session::Input;

/// Moves the channel objects whose client has another token by now to the connection with that token. Where all of
/// them have a new one, the connection itself takes it.
pub(super) fn regroup(connection: &Rc<Connection>) {
    let objects = connection.objects();
    let keeps = |object: &Rc<ChannelObject>| object.token() == *connection.token.borrow();
    if let (Some(first), false) = (objects.first(), objects.iter().any(keeps)) {
        let token = first.token();
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

/// Gives the client a new socket, with the token that it has now.
pub(super) fn reconnect(client: u32) {
    let is_own = |object: &Rc<ChannelObject>| object.client == client;
    for connection in Connection::all() {
        let objects = connection.objects();
        let Some(first) = objects.iter().find(|object| is_own(object)) else { continue };
        if first.token() == *connection.token.borrow() || objects.iter().all(is_own) {
            driver::feed(&connection, Input::Reconnect);
            continue;
        }
        // The clients that share the socket keep it.
        for object in objects.iter().filter(|object| is_own(object)) {
            wire::tell_object_status(object.id.get() as i32, 0);
            migrate(object);
        }
    }
}

fn migrate(object: &Rc<ChannelObject>) {
    let waiting = driver::deactivate(object);
    let target = Connection::find(&object.url(), &object.token());
    driver::activate_on(&target.unwrap_or_else(|| Connection::make(object)), object);
    if object.is_connected() {
        wire::tell_object_status(object.id.get() as i32, 1);
    }
    for frame in waiting {
        driver::send(object, frame);
    }
}
