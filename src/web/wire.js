// The sockets' side of the data plane. A received message stays on this side of the boundary: it is parsed here and
// handed to the members of its channel. What it says of the connection, and everything else that happens to one, enters
// wasm, which decides what follows. Why it is so: docs/decisions/002-data-plane.md.

import { hand_to, hand_to_all, report } from "./memberships.js";
import { hasSlept } from "./platform.js";
import { GAP } from "./recovery.js";

export * from "./memberships.js";
export * from "./platform.js";

// What wasm is told. The same numbers stand in router.rs.
const OPENED = 0;
const CLOSED = 1;
export const ELAPSED = 2;
const ACKNOWLEDGED = 3;
const STATUS = 4;
const OBJECT_STATUS = 5;
export const TOKEN = 6;
export const NO_TOKEN = 7;
const NO_SOCKET = 8;
const WRITABLE = 9;
const RESUMED = 10;
const TICK_ENDED = 11;

/** How much the browser is given to send before the network has taken it. */
const BUFFERED_BYTES = 262_144;
/** How often it is asked whether that has become less. */
const BUFFER_POLL_MS = 50;

/** What the server's time for a frame is, and how much of it may be ahead of what was sent: queue.rs has the same. */
const MS_PER_FRAME = 10;
const BYTES_PER_MS = 205;
const AT_ONCE_MS = 4_000;

const WEBSOCKET_OPEN = 1;
/** The length of a connection hash of Realtime V1. */
const HASH_LENGTH = 27;

/** What the server sends to somebody who is on a channel. */
export const SIGNS_OF_JOINING = ["join", "presence_full", "history", "message"];

/** The one way into wasm: (event, a, b, c) => void. */
export let enter;
/** Events are handled one at a time, to the end: what comes meanwhile waits here. */
let busy = false;
const waiting = [];
/** What comes with the event that is being handled. */
let current;
/** The codes and texts of failures, by number. */
let failures;
/** The sockets of the page. */
export const links = new Set();
/** What the server said when it closed, while that is being handled. */
let close_reason = "";

/** Names the way into wasm, and the failures that Rust calls by number. */
export function listen(entry, failure_words) {
  enter = entry;
  failures = failure_words;
  const hear = (target, type, slept) =>
    target?.addEventListener?.(type, (event) => event.target?.hidden || run(() => enter(RESUMED, 0, slept(event))));
  hear(globalThis, "online", () => true);
  hear(globalThis, "pageshow", ({ persisted }) => persisted);
  hear(globalThis.document, "visibilitychange", hasSlept);
}

/** Runs one event, and then what came while it ran. Two arguments, so that a message needs no closure of its own. */
export function run(work, first, second) {
  if (busy) {
    waiting.push(() => work(first, second));
    return;
  }
  if (fault) return;
  busy = true;
  try {
    work(first, second);
    if (waiting.length) catchUp();
  } catch (trap) {
    waiting.length = 0;
    fail(trap);
  }
  busy = false;
}

function catchUp() {
  // The iteration reaches what is pushed while it goes on.
  for (const work of waiting) if (!fault) work();
  waiting.length = 0;
}

/** What ended the client, if something did. */
export let fault;
let tell_failed = () => {};

/** Names what tells the page, when wasm cannot any more. */
export function on_fail(tell) {
  tell_failed = tell;
}

/** Handlers are fenced, so what arrives here is a fault of ours: nothing in wasm can be trusted any more. */
export function fail(trap) {
  fault = Object.assign(new Error(`xano-wasm failed and has stopped; reload the page. ${trap}`), { code: "internal" });
  for (const link of links) link.discard(1000);
  report(trap);
  tell_failed(fault);
}

/** Enters wasm with something that it can ask for meanwhile. */
export function enter_with(value, event, a, b, c) {
  current = value;
  enter(event, a, b, c);
  current = undefined;
}

function receive(link, data) {
  const { memberships } = link;
  if (memberships.debugging) console.log("xano: received", data);
  let frame;
  try {
    frame = JSON.parse(data);
  } catch {
    return; // Not a frame of this protocol.
  }
  const name = frame?.action;
  if (!name || link.discarded || (link.pinged && name === "pong")) return;
  // The handlers get the frame with everything that is in it.
  frame.client ||= undefined;
  frame.options ||= undefined;
  const { options } = frame;
  const channel = options?.channel;
  if (!channel) return hand_to_all(memberships.everybody(), frame);
  const membership = memberships.get(channel);
  if (membership === undefined) return;
  if (name !== "message" || options.id !== undefined) return receive_extended(link, membership, frame);
  membership.joined ||= 1;
  hand_to_all(membership.handles, frame);
}

/** What is more than a plain message, and what servers with extensions may say more with. */
function receive_extended(link, membership, action) {
  const { recovery } = link.memberships;
  const { channel, id, key } = action.options;
  const hand_out = (action) => hand_to_all(membership.handles, action);
  const answer = (action) => membership.handles.forEach((handle) => hand_to(handle, action, true));
  const fail = (code) => hand_out(failure_action(code, channel));
  if (SIGNS_OF_JOINING.includes(action.action)) membership.joined ||= 1;
  const missed = action.action === "history" && recovery.missed(channel, action.payload);
  if (missed) {
    if (!action.payload.complete) fail(GAP);
    for (const entry of missed) hand_out({ ...entry, replayed: true });
  } else if (action.action === "join") {
    // Any text may come from a server: `ext` may be anything.
    const { ping, publish, recover } = action.payload?.ext ?? {};
    const place = typeof recover === "object" && recover ? recover : undefined;
    if (recovery.hasRestarted(channel, place)) answer({ action: "restarted", options: { channel } });
    const unsure = recovery.acknowledged(channel, place);
    enter(ACKNOWLEDGED, link.connection, ping === 1);
    membership.joined = publish === 1 ? 2 : 1;
    hand_out(action);
    if (unsure) fail(unsure);
  } else if (isOurs(key) && (action.action === "ack" || recovery.wasReplayed(id))) {
    answer(action);
  } else {
    if (id !== undefined) recovery.got(channel, id);
    hand_out(action);
  }
}

/** Whether the key is one that publish.js made: four numbers. */
function isOurs(key) {
  return typeof key === "string" && key.split(",").length === 4;
}

/** Whether the action says that nothing comes of what waits for the connection, unless the application does something. */
export function isFinal({ action, payload }) {
  return action === "error" && ["invalid_token", "no_socket", "policy", "unauthorized"].includes(payload?.code);
}

/** One socket with its listeners. */
class Link {
  constructor(url, token, connection, epoch, memberships) {
    this.connection = connection;
    this.memberships = memberships;
    /** When the server has had the time for everything that was sent. */
    this.done = 0;
    this.discarded = false;
    this.pinged = false;
    memberships.recovery.restart();
    const socket = token === undefined ? new WebSocket(url) : new WebSocket(url, [token]);
    this.socket = socket;
    memberships.link = this;
    memberships.failed = undefined;
    this.tell = (event) =>
      run(() => {
        if (!this.discarded) enter(event, connection, epoch);
      });
    this.listeners = {
      open: () => this.tell(OPENED),
      message: (event) => {
        // The event bears the time, save for those of the npm package `ws`: no clock is asked for each message.
        this.heard = "timeStamp" in event ? event : { timeStamp: performance.now() };
        run(receive, this, event.data);
      },
      close: (event) => {
        links.delete(this);
        run(() => {
          if (this.discarded) return;
          close_reason = event.reason ?? "";
          enter(CLOSED, connection, epoch, event.code);
          close_reason = "";
          this.discarded = true;
        });
      },
    };
    for (const type in this.listeners) socket.addEventListener(type, this.listeners[type]);
    // The close event tells it all; but where sockets are emitters, as on Node 20, an error that nobody hears is thrown.
    socket.addEventListener("error", () => {});
    links.add(this);
  }

  writable() {
    return this.socket.readyState === WEBSOCKET_OPEN && !(this.socket.bufferedAmount > BUFFERED_BYTES);
  }

  await_writable() {
    this.poll ??= setInterval(() => {
      const writable = this.writable();
      if (!writable && this.socket.readyState === WEBSOCKET_OPEN) return;
      this.poll = clearInterval(this.poll);
      if (writable) this.tell(WRITABLE);
    }, BUFFER_POLL_MS);
  }

  ping() {
    this.pinged = true;
    this.send('{"action":"ping"}');
  }

  quiet_ms() {
    return performance.now() - (this.heard?.timeStamp ?? 0);
  }

  listen() {
    this.heardBefore = this.heard;
  }

  was_heard() {
    return this.heard !== this.heardBefore;
  }

  join({ name }, history, presence, recover) {
    const since = this.memberships.recovery.since(name, recover);
    this.send(frame("join", name, undefined, { history: !!history, presence: !!presence, since }));
  }

  send(text) {
    if (this.memberships.debugging) console.log("xano: sent", text);
    this.done += Math.max(MS_PER_FRAME, text.length / BYTES_PER_MS);
    this.socket.send(text);
  }

  /** Whether something that waited may go out now, as servers bound how fast a client may send. */
  spares() {
    const now = performance.now();
    const latest = now + AT_ONCE_MS;
    this.done = Math.min(Math.max(this.done, now), latest);
    return this.done < latest;
  }

  close(code) {
    this.socket.close(code);
  }

  /** Closes the socket and stops listening to it. */
  discard(code) {
    this.discarded = true;
    links.delete(this);
    for (const type in this.listeners) this.socket.removeEventListener(type, this.listeners[type]);
    this.socket.close(code);
  }
}

/** Where the platform makes no socket, wasm is told why, behind the event that is being handled. */
export function open_link(url, token, connection, epoch, memberships) {
  try {
    return new Link(url, token, connection, epoch, memberships);
  } catch (error) {
    later(() => enter_with(`${url}: ${error}`, NO_SOCKET, connection, epoch));
  }
}

export function answer() {
  return current || undefined;
}

/** The text of a frame. What JSON cannot say throws, as it does in the original. */
export function frame(action, channel, options, payload) {
  const known = options ? { ...options, channel } : { channel };
  return JSON.stringify({ action, options: known, payload: payload === undefined ? null : payload });
}

export function leave_frame({ name }) {
  return frame("leave", name);
}

export function url_of({ url }) {
  return url;
}

export function tell_status(handle) {
  hand_to(handle, current);
}

export function tell_client({ config }) {
  config.onStatus(current);
}

/** Runs behind the event that is being handled; outside of one, in a microtask. */
function later(work) {
  if (busy) waiting.push(work);
  else Promise.resolve().then(() => run(work));
}

export function await_tick_end(connection) {
  Promise.resolve().then(() => run(() => enter(TICK_ENDED, connection)));
}

function status_action(connected, details) {
  const status = connected ? "connected" : "disconnected";
  return { action: "connection_status", options: {}, payload: { status, ...details } };
}

export function tell_connected(connection) {
  later(() => enter_with(status_action(true), STATUS, connection, 1));
}

export function tell_disconnected(connection, memberships, code, attempt, retryInMs) {
  memberships.forget_joins();
  memberships.link = undefined;
  const details = { code, reason: close_reason, ...(attempt && { attempt, retryInMs }) };
  later(() => enter_with(status_action(false, details), STATUS, connection, 0));
}

export function tell_object_status(object, connected) {
  later(() => enter_with(status_action(connected), OBJECT_STATUS, object, connected));
}

function failure_action(code, channel, particulars) {
  const [, text] = failures.find(([candidate]) => candidate === code);
  let message = text.endsWith(" ") ? text + particulars : text;
  if (code === "cannot_connect" && particulars.split("/").pop().length !== HASH_LENGTH) {
    message += ". A hash has 27 characters: is this a canonical of Realtime V2 (rtmain01)? Not supported yet.";
  }
  return { action: "error", options: channel === undefined ? {} : { channel }, payload: { message, code } };
}

/** Tells one channel, or the whole connection. */
export function tell_failure(memberships, membership, failure, particulars) {
  const action = failure_action(failures[failure][0], membership?.name, particulars);
  if (isFinal(action)) memberships.failed = action;
  later(() => hand_to_all((membership ?? memberships).everybody(), action));
}
