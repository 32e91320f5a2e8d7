// The JavaScript half of the data plane. A received message stays on this side of the boundary: it is parsed here, its
// channel and action become small integers, and wasm decides by them which handlers to call. Look-ups only: whatever
// needs a decision belongs into Rust. Why it is so: docs/decisions/002-data-plane.md.

// What wasm is told. The same numbers stand in router.rs.
const OPENED = 0;
const CLOSED = 1;
const ELAPSED = 2;
const RECEIVED = 3;
const TOLD = 4;
const TOKEN = 5;

/** How long a token function may take. */
const TOKEN_DEADLINE_MS = 10_000;

const WEBSOCKET_OPEN = 1;

/** The one way into wasm: (event, a, b, c) => void. */
let enter;
/** Events are handled one at a time, to the end: what comes meanwhile waits here. */
let busy = false;
const waiting = [];
/** The action that is being handed to handlers. */
let current;
/** Action names and their numbers, filled from the one list in Rust; names that handlers ask for come behind them. */
const names = [];
const codes = new Map();
const links = new Set();

/** Names the way into wasm. */
export function listen(entry) {
  enter = entry;
}

export function code_of(name) {
  let code = codes.get(name);
  if (code === undefined) {
    code = names.push(name) - 1;
    codes.set(name, code);
  }
  return code;
}

/** Runs one event, and then what came while it ran. Two arguments, so that a message needs no closure of its own. */
function run(work, first, second) {
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
  tell_failed(fault, fenced);
}

function report(error) {
  if (typeof reportError === "function") reportError(error);
  else console.error(error);
}

function hand_out(action, event, a, b) {
  const code = codes.get(action.action);
  current = action;
  enter(event, a, b, code === undefined ? -1 : code);
  current = undefined;
}

function receive(link, data) {
  if (link.debug) console.debug("xano: received", data);
  let frame;
  try {
    frame = JSON.parse(data);
  } catch {
    return; // Not a frame of this protocol.
  }
  const name = frame?.action;
  if (!name || link.discarded) return;
  const action = {
    action: name,
    client: frame.client || undefined,
    options: frame.options || undefined,
    payload: frame.payload,
  };
  const channel = action.options?.channel;
  let slot = -1;
  if (channel) {
    slot = link.channels.get(channel);
    if (slot === undefined) return;
  }
  hand_out(action, RECEIVED, link.connection, slot);
}

/** One socket with its listeners. `channels` maps the names of the connection's channels to their numbers. */
export class Link {
  constructor(url, token, connection, epoch, channels, debug) {
    this.connection = connection;
    this.channels = channels;
    this.debug = debug;
    this.discarded = false;
    const socket = token === undefined ? new WebSocket(url) : new WebSocket(url, [token]);
    this.socket = socket;
    const tell = (event, code) =>
      run(() => {
        if (!this.discarded) enter(event, connection, epoch, code);
      });
    this.listeners = {
      open: () => tell(OPENED, 0),
      message: (event) => run(receive, this, event.data),
      close: (event) => {
        links.delete(this);
        tell(CLOSED, event.code);
        run(() => {
          this.discarded = true;
        });
      },
    };
    for (const type in this.listeners) socket.addEventListener(type, this.listeners[type]);
    links.add(this);
  }

  writable() {
    return this.socket.readyState === WEBSOCKET_OPEN;
  }

  send(text) {
    if (this.debug) console.debug("xano: sent", text);
    this.socket.send(text);
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

export function socket_url(base, is_near, segment) {
  return `${is_near && base.protocol === "http:" ? "ws" : "wss"}://${base.host}/rt/${segment}`;
}

/** A token travels as a WebSocket subprotocol: the token of RFC 9110, section 5.6.2. */
export function is_legal_token(token) {
  return typeof token === "string" && /^[\w!#$%&'*+.^`|~-]+$/.test(token);
}

export function set_timer(connection, epoch, after_ms) {
  return setTimeout(() => run(() => enter(ELAPSED, connection, epoch, 0)), after_ms);
}

export function ask_for_token(provide, connection, epoch) {
  const answer = (given, ok) =>
    run(() => {
      current = given;
      enter(TOKEN, connection, epoch, ok);
    });
  let timer;
  const deadline = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error("it took longer than 10 seconds")), TOKEN_DEADLINE_MS);
  });
  Promise.race([new Promise((resolve) => resolve(provide())), deadline])
    .then(
      (token) => answer(token, 1),
      (error) => answer(error, 0),
    )
    .finally(() => clearTimeout(timer));
}

export function answer() {
  return current;
}

export function clear_timer(timer) {
  clearTimeout(timer);
}

/** The text of a frame. What JSON cannot say throws, as it does in the original. */
export function frame(code, channel, options, payload) {
  return JSON.stringify({
    action: names[code],
    options: { ...options, channel },
    payload: payload === undefined ? null : payload,
  });
}

export function leave_frame(code, channel) {
  return frame(code, channel);
}

export function join_frame(code, channel, history, presence) {
  return frame(code, channel, undefined, { history, presence });
}

export function call(handler) {
  fenced(handler, current);
}

/** What a handler throws is its own affair. */
function fenced(handler, action) {
  try {
    handler(action);
  } catch (error) {
    report(error);
  }
}

export function payload() {
  return current.payload;
}

export function clients() {
  const listed = current.payload?.presence;
  return Array.isArray(listed) ? listed : undefined;
}

export function list(members) {
  return [...members.values()];
}

/** An action of our own making, handed out behind the event that is being handled; outside of one, in a microtask. */
function tell_later(action, event, a, b) {
  const work = () => hand_out(action, event, a, b);
  if (busy) waiting.push(work);
  else Promise.resolve().then(() => run(work));
}

function status_action(code, connected) {
  return { action: names[code], options: {}, payload: { status: connected ? "connected" : "disconnected" } };
}

export function tell_status(code, connection, connected) {
  tell_later(status_action(code, connected), RECEIVED, connection, -1);
}

export function tell_object_status(code, object, connected) {
  tell_later(status_action(code, connected), TOLD, object, connected ? 1 : 0);
}

export function tell_error(action_code, connection, slot, channel, code, message) {
  const options = channel === undefined ? {} : { channel };
  tell_later({ action: names[action_code], options, payload: { message, code } }, RECEIVED, connection, slot);
}
