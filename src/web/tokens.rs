//! Which connection a channel object belongs to, as tokens change. A token is read when a socket is about to open.

use std::rc::Rc;

use super::app::{self, ChannelObject, ConnectionId, Settings};
use super::{driver, wire};
use crate::session::Input;

/// Moves the channel objects whose client has another token by now to the connection with that token. Where all of
/// them have a new one, the connection itself takes it.
pub(super) fn regroup(connection: ConnectionId) {
    let Some((url, mut token, objects)) = app::with(|app| {
        let connection = app.connections.get(connection)?;
        Some((
            connection.url.clone(),
            connection.token.clone(),
            connection.objects(),
        ))
    }) else {
        return;
    };
    let tokens: Vec<_> = objects
        .iter()
        .map(|object| object.settings.token())
        .collect();
    let first = tokens.first().cloned().flatten();
    if !tokens.contains(&token) && driver::find(&url, first.as_deref()).is_none() {
        token = first.clone();
        app::with(|app| {
            app.connections.get_mut(connection)?.token = first;
            Some(())
        });
    }
    for (object, wanted) in objects.iter().zip(tokens) {
        if wanted != token {
            migrate(object);
        }
    }
}

/// Gives the client of these settings a new socket, with the token that it has now.
pub(super) fn reconnect(settings: &Settings) {
    let connections = app::with(|app| {
        let connections = app.connections.iter();
        Some(
            connections
                .map(|(id, connection)| (id, connection.token.clone(), connection.objects()))
                .collect(),
        )
    });
    let connections: Vec<(_, _, Vec<Rc<ChannelObject>>)> = connections.unwrap_or_default();
    let token = settings.token();
    for (connection, connected_with, objects) in connections {
        let (own, others): (Vec<_>, Vec<_>) = objects
            .into_iter()
            .partition(|object| object.settings == *settings);
        if own.is_empty() {
            continue;
        }
        if token == connected_with || others.is_empty() {
            driver::feed(connection, Input::Reconnect);
            continue;
        }
        // The clients that share the socket keep it.
        for object in own {
            wire::announce_status_to(object.id.get() as u32, false);
            migrate(&object);
        }
    }
}

fn migrate(object: &Rc<ChannelObject>) {
    let waiting = driver::deactivate(object);
    driver::activate(object);
    for frame in waiting {
        driver::send(object, frame.body);
    }
}
