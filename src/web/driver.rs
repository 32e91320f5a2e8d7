//! Feeds a session and carries out what it decides.

use std::rc::Rc;

use wasm_bindgen::JsValue;

use xano_realtime_protocol::CloseCode;

use super::app::{ChannelObject, Connection, Membership, Place};
use super::wire::{Link, Text};
use super::{tokens, wire};
use crate::session::{ChannelId, Epoch, Failure, Frame, Input, Output, State};

/// Gives a session an input, and carries out everything that follows.
pub(super) fn feed(connection: &Rc<Connection>, input: Input<Text>) {
    connection.session.borrow_mut().handle(input);
    settle(connection);
}

fn settle(connection: &Rc<Connection>) {
    loop {
        // A statement of its own: the borrow has to end before the output is carried out.
        let output = connection.session.borrow_mut().poll();
        let Some(output) = output else { return };
        carry_out(connection, output);
    }
}

/// Makes the channel object a member of its channel, and asks for the connection. Does nothing when it is one.
pub(super) fn activate(object: &Rc<ChannelObject>) {
    if object.destroyed.get() || object.place.borrow().is_some() {
        return;
    }
    activate_on(&Connection::of(object).unwrap_or_else(|| Connection::make(object)), object);
}

/// Makes the channel object a member of its channel on that connection.
pub(super) fn activate_on(connection: &Rc<Connection>, object: &Rc<ChannelObject>) {
    let channel = enter(connection, object);
    object.place.replace(Some(Place { connection: connection.clone(), channel }));
    feed(connection, Input::Join { channel, wishes: object.wishes });
}

/// Takes the channel object out of its channel. Hands back what waits there, if it was the last one.
pub(super) fn deactivate(object: &Rc<ChannelObject>) -> Vec<Frame<Text>> {
    let Some(Place { connection, channel }) = object.place.take() else { return Vec::new() };
    if !is_last(&connection, channel, object) {
        return Vec::new();
    }
    let waiting = connection.session.borrow_mut().take_waiting(channel);
    feed(&connection, Input::Leave { channel });
    let left = connection.memberships.borrow_mut().try_remove(channel as usize);
    if let Some(membership) = left {
        connection.hearers.close(&membership.hearers);
    }
    forget_idle(&connection);
    waiting
}

/// The tick in which the last channel left the connection has ended.
pub(super) fn tick_ended(connection: &Rc<Connection>) {
    feed(connection, Input::TickEnded);
    forget_idle(connection);
}

fn forget_idle(connection: &Connection) {
    if connection.state() == State::Idle {
        connection.forget();
    }
}

/// The timer of a connection ran out.
pub(super) fn elapsed(connection: &Rc<Connection>, timer: Epoch, late_ms: u32) {
    let link = link(connection);
    let quiet_ms = link.as_ref().map_or(0, |link| link.quiet_ms()) as u32;
    let heard = link.is_some_and(|link| link.was_heard());
    feed(connection, Input::Elapsed { timer, late_ms, quiet_ms, heard, random: wire::random() });
}

/// Whether the connection is open, and its browser takes frames now.
pub(super) fn takes_frames(connection: &Connection) -> bool {
    connection.state() == State::Open && link(connection).is_some_and(|link| link.writable())
}

/// Sends a frame on the object's channel, or lets it wait; says whether it went out.
pub(super) fn send(object: &Rc<ChannelObject>, frame: Frame<Text>) -> bool {
    activate(object);
    let place = object.place.borrow().clone();
    let Some(Place { connection, channel }) = place else { return false };
    let writable = takes_frames(&connection);
    feed(&connection, Input::Send { channel, frame, writable, may_wait: object.may_wait });
    writable
}

/// Lets a frame on the object's channel pass that need not wait: the facade sends it, and it does not come in here.
pub(super) fn try_pass(object: &ChannelObject, comes_back: bool) -> bool {
    let place = object.place.borrow().clone();
    let Some(Place { connection, channel }) = place else { return false };
    let passes = connection.session.borrow_mut().try_pass(channel, comes_back);
    settle(&connection);
    passes
}

/// Adds the object to its channel, which is new where nobody else is on it.
fn enter(connection: &Connection, object: &Rc<ChannelObject>) -> ChannelId {
    let mut memberships = connection.memberships.borrow_mut();
    let known = ChannelId::try_from(connection.hearers.slot_of(&object.handle)).ok();
    let channel = known.unwrap_or_else(|| {
        let slot = memberships.vacant_key();
        let hearers = connection.hearers.open(&object.handle, slot as i32);
        memberships.insert(Membership { hearers, objects: Vec::new() }) as ChannelId
    });
    if let Some(membership) = memberships.get_mut(channel as usize) {
        membership.hearers.add(&object.handle);
        membership.objects.push(object.clone());
    }
    channel
}

/// Removes the object from its channel; says whether nobody is left.
fn is_last(connection: &Connection, channel: ChannelId, object: &Rc<ChannelObject>) -> bool {
    let mut memberships = connection.memberships.borrow_mut();
    let Some(membership) = memberships.get_mut(channel as usize) else { return false };
    membership.hearers.remove(&object.handle);
    membership.objects.retain(|other| !Rc::ptr_eq(other, object));
    membership.objects.is_empty()
}

fn carry_out(connection: &Rc<Connection>, output: Output<Text>) {
    match output {
        Output::OpenSocket { epoch } => open(connection, epoch),
        Output::CloseSocket { code } => {
            match link(connection) {
                Some(link) => link.close(code.0.into()),
                // A token is being asked for; there is nothing to close yet.
                None => {
                    let epoch = connection.session.borrow().epoch();
                    lost(connection, epoch);
                }
            }
        }
        Output::DropSocket { code } => {
            if let Some(link) = connection.link.take() {
                link.discard(code.0.into());
            }
        }
        Output::SendJoin { channel, wishes } => {
            if let Some(link) = link(connection) {
                let hearers = hearers(connection, channel);
                link.join(&hearers, wishes.history.into(), wishes.presence.into(), wishes.recover.into());
            }
        }
        Output::SendLeave { channel } => write(connection, &wire::leave_frame(&hearers(connection, channel))),
        Output::Send { body } => write(connection, &body),
        Output::AwaitWritable => {
            if let Some(link) = link(connection) {
                link.await_writable();
            }
        }
        Output::AwaitTickEnd => wire::await_tick_end(connection.id as i32),
        Output::SendPing => {
            if let Some(link) = link(connection) {
                link.ping();
            }
        }
        Output::SetTimer { timer, after_ms } => {
            if let Some(link) = link(connection) {
                link.listen();
            }
            let looks = (connection.state() == State::Open).into();
            let timer = wire::set_timer(connection.id as i32, timer as i32, after_ms as i32, looks);
            replace_timer(connection, Some(timer));
        }
        Output::ClearTimer => replace_timer(connection, None),
        Output::Connected => wire::tell_connected(connection.id as i32),
        Output::Disconnected { code, next } => {
            connection.link.take();
            let (attempt, in_ms) = next.map_or((0, 0), |next| (next.number as i32, next.in_ms as i32));
            wire::tell_disconnected(connection.id as i32, &connection.hearers, code.0.into(), attempt, in_ms);
        }
        Output::Failed { channel, failure } => tell_failure(connection, channel, failure, &connection.url),
    }
}

fn open(connection: &Rc<Connection>, epoch: Epoch) {
    tokens::regroup(connection);
    // Every channel of this connection may have moved to one with another token.
    if connection.objects().is_empty() {
        return;
    }
    let token = connection.token.borrow().clone();
    if token.is_function() {
        return wire::ask_for_token(&token, connection.id as i32, epoch as i32, &connection.hearers);
    }
    open_with(connection, epoch, &token);
}

/// A token function gave a token.
pub(super) fn token_came(connection: &Rc<Connection>, epoch: Epoch, token: &JsValue) {
    if is_awaited(connection, epoch) {
        open_with(connection, epoch, token);
    }
}

/// There is no token, or no socket. Never an anonymous connection instead: it counts as an attempt that failed.
pub(super) fn attempt_failed(connection: &Rc<Connection>, epoch: Epoch, failure: Failure, cause: &JsValue) {
    if is_awaited(connection, epoch) {
        tell_failure(connection, None, failure, cause);
        lost(connection, epoch);
    }
}

fn is_awaited(connection: &Connection, epoch: Epoch) -> bool {
    connection.state() == State::Connecting && connection.session.borrow().epoch() == epoch
}

fn open_with(connection: &Rc<Connection>, epoch: Epoch, token: &JsValue) {
    if !token.is_undefined() && !wire::is_legal_token(token) {
        return feed(connection, Input::TokenRefused { epoch });
    }
    let (id, epoch) = (connection.id as i32, epoch as i32);
    let link = wire::open_link(&connection.url, token, id, epoch, &connection.hearers);
    if !link.is_undefined() {
        connection.link.replace(Some(Rc::new(link)));
    }
}

fn tell_failure(connection: &Connection, channel: Option<ChannelId>, failure: Failure, particulars: &JsValue) {
    let hearers = channel.map(|channel| hearers(connection, channel)).unwrap_or_default();
    wire::tell_failure(&connection.hearers, &hearers, failure as i32, particulars);
}

fn lost(connection: &Rc<Connection>, epoch: Epoch) {
    feed(connection, Input::Closed { epoch, code: CloseCode::ABNORMAL, random: wire::random() });
}

fn write(connection: &Connection, text: &Text) {
    if let Some(link) = link(connection) {
        link.send(text);
    }
}

fn link(connection: &Connection) -> Option<Rc<Link>> {
    connection.link.borrow().clone()
}

fn replace_timer(connection: &Connection, timer: Option<JsValue>) {
    if let Some(replaced) = connection.timer.replace(timer) {
        wire::clear_timer(&replaced);
    }
}

/// What `memberships.js` has of a channel.
fn hearers(connection: &Connection, channel: ChannelId) -> JsValue {
    let memberships = connection.memberships.borrow();
    memberships.get(channel as usize).map(|membership| membership.hearers.clone()).unwrap_or_default()
}
