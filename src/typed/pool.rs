//! Which connection a channel belongs to, as tokens change: clients of the page with the same address and token, and on
//! Realtime V2 with the same client id, share one.
//! A token is read when a socket is about to open.

use std::cell::RefCell;
use std::rc::Rc;

use super::connection::Connection;
use super::realtime::Realtime;
use super::room::Room;
use super::status::Status;
use crate::engine::Input;

thread_local! {
    /// The connections of the page; a few at most.
    static CONNECTIONS: RefCell<Vec<Rc<Connection>>> = const { RefCell::new(Vec::new()) };
}

/// The connection on which a channel of that client belongs: the one that the client has, whatever token was set since
/// then; else one of other clients that may share one; else a new one.
pub(super) fn connection_of(client: &Realtime) -> Rc<Connection> {
    let own = client.rooms().iter().find_map(|room| room.connection());
    own.unwrap_or_else(|| find_or_add(client))
}

/// The connections on which these rooms are.
pub(super) fn connections_of(rooms: &[Rc<Room>]) -> Vec<Rc<Connection>> {
    let mut connections: Vec<Rc<Connection>> = Vec::new();
    for connection in rooms.iter().filter_map(|room| room.connection()) {
        if !connections.iter().any(|other| Rc::ptr_eq(other, &connection)) {
            connections.push(connection);
        }
    }
    connections
}

/// The clients of these rooms, once each.
pub(super) fn clients_of(rooms: &[Rc<Room>]) -> Vec<Rc<Realtime>> {
    let mut clients: Vec<Rc<Realtime>> = Vec::new();
    for client in rooms.iter().map(|room| &room.client) {
        if !clients.iter().any(|other| Rc::ptr_eq(other, client)) {
            clients.push(client.clone());
        }
    }
    clients
}

/// Takes the connection out of the pool: it has no channel, and no channel may enter it.
pub(super) fn remove(connection: &Rc<Connection>) {
    CONNECTIONS.with_borrow_mut(|connections| connections.retain(|other| !Rc::ptr_eq(other, connection)));
}

/// Moves the rooms whose client has another token to the connection with that token. Where all of them have a new one,
/// the connection itself takes it.
pub(super) fn regroup(connection: &Rc<Connection>) {
    let rooms = connection.rooms();
    let keeps = |room: &Rc<Room>| room.client.token() == connection.token();
    let changed = rooms.first().filter(|_| !rooms.iter().any(keeps));
    if let Some(first) = changed.filter(|first| find(&first.client).is_none()) {
        connection.set_token(first.client.token());
    }
    for room in rooms.iter().filter(|room| !keeps(room)) {
        migrate(room);
    }
}

/// Gives the client a new socket, with the token that it has now.
pub(super) fn reconnect(client: &Rc<Realtime>) {
    // Looked up before a room moves: the connection that it moves to stays as it is.
    for connection in connections_of(&client.rooms()) {
        let rooms = connection.rooms();
        let all = rooms.len();
        let own: Vec<_> = rooms.into_iter().filter(|room| Rc::ptr_eq(&room.client, client)).collect();
        if client.token() == connection.token() || own.len() == all {
            connection.decide(Input::Reconnect);
            continue;
        }
        // The clients that share the socket keep it.
        for room in own {
            room.disconnected();
            migrate(&room);
        }
    }
}

/// What waits on a room that is the last one of its channel goes along.
fn migrate(room: &Rc<Room>) {
    let left = room.place();
    let waiting = room.leave();
    let client = &room.client;
    room.enter(&find_or_add(client), left.as_deref());
    for frame in waiting {
        // Who sent it was told that it waits.
        if let Err(failure) = room.hand(frame, true) {
            client.publish(&Status::Failed { failure, detail: room.name.clone() });
        }
    }
}

fn find(client: &Realtime) -> Option<Rc<Connection>> {
    let is_same = |known: &&Rc<Connection>| known.address == client.address && known.client_id == client.client_id;
    let token = client.token();
    CONNECTIONS
        .with_borrow(|connections| connections.iter().filter(is_same).find(|known| known.token() == token).cloned())
}

fn find_or_add(client: &Realtime) -> Rc<Connection> {
    find(client).unwrap_or_else(|| {
        let connection = Connection::new(client);
        CONNECTIONS.with_borrow_mut(|connections| connections.push(connection.clone()));
        connection
    })
}
