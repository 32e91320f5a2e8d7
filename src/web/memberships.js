// Who is on which channel, and who hears what comes there. Wasm says which channel objects are on a channel; which of
// their handlers an action concerns is decided here and nowhere else, so that a message need not enter wasm at all:
// docs/decisions/002-data-plane.md.

import { Recovery } from "./recovery.js";

/** Those of every connection that has channels. */
const connected = new Set();
/** The number of the channel object whose handlers are being called. One at a time: see `run` in wire.js. */
let handed_id;
/** Whether one of them has been removed meanwhile. */
let isStale = false;
/** Whether a function of the application has got the error that is handed out. */
let isTaken;
/** What was printed; a server that makes up texts is not to fill the console, or the memory. */
const warnings = new Set();
const MOST_WARNINGS = 100;
const ADVICE =
  '(Check in Xano: does the channel exist, is it enabled, who may join and send? channel.on("error", …) takes errors.)';
/** Handlers that have thrown. */
const faulty = new WeakSet();

/** One channel of a connection: joined once, however many objects of the page are on it. */
class Membership {
  /** 1 once the server has answered the join on the current socket, 2 when it answers publishing as well. */
  joined = 0;
  /** The handles of its objects. Replaced, never changed: a message is handed to those who were there when it came. */
  handles = [];

  constructor(memberships, name, slot) {
    this.memberships = memberships;
    this.name = name;
    this.slot = slot;
  }

  add(handle) {
    this.handles = this.handles.concat(handle);
    handle.membership = this;
    if (handle.config.debug) {
      handle.isDebugged = true;
      this.memberships.debugging++;
    }
  }

  remove(handle) {
    this.handles = this.handles.filter((other) => other !== handle);
    handle.membership = undefined;
    if (handle.isDebugged) this.memberships.debugging--;
  }

  everybody() {
    return this.handles;
  }
}

/** The channels of a connection by their names, and what the page has got of each. */
class Memberships extends Map {
  recovery = new Recovery();
  /** The socket of the connection, while there is one. */
  link = undefined;
  /** The failure after which nothing is tried, or after which it fails again at once. */
  failed = undefined;
  /** How many channel objects have a client that wants its frames printed. */
  debugging = 0;

  open(handle, slot) {
    const membership = new Membership(this, handle.channel, slot);
    this.set(handle.channel, membership);
    connected.add(this);
    return membership;
  }

  close({ name }) {
    this.recovery.forget(name);
    this.delete(name);
    if (this.size === 0) connected.delete(this);
  }

  slot_of({ channel }) {
    return this.get(channel)?.slot ?? -1;
  }

  /** The socket is gone, and every join with it. */
  forget_joins() {
    for (const membership of this.values()) membership.joined = 0;
  }

  everybody() {
    return [...this.values()].flatMap(({ handles }) => handles);
  }
}

export function memberships() {
  return new Memberships();
}

/** The handle of every channel object that is on a channel. */
export function everybody() {
  return [...connected].flatMap((memberships) => memberships.everybody());
}

/** `internal` is what the facade adds for a promise; the application's `off()` leaves it alone. */
export function add_handler(handle, wanted, run, onError, internal) {
  // Errors go to the second function, or to that of an `on("error", …)` which has no second one.
  const handler = { wanted, run, onError: onError || (wanted === "error" && run), internal, removed: false };
  // A list that is made with its first member has room for no more; most never need it.
  if (handle.handlers) handle.handlers.push(handler);
  else handle.handlers = [handler];
}

/** Takes handlers away: those for that action, with that function, or all of them where neither is given. */
export function remove_handlers(handle, action, run) {
  if (handle.id === undefined) return;
  for (const handler of handle.handlers ?? []) {
    const isMeant = (action ?? handler.wanted) === handler.wanted;
    // The facade names its own function; the application cannot.
    if (isMeant && (run === undefined ? !handler.internal : run === handler.run)) handler.removed = true;
  }
  if (handed_id === handle.id) isStale = true;
  else sweep(handle);
}

function sweep(handle) {
  handle.handlers = handle.handlers?.filter(({ removed }) => !removed);
}

// By index, here and below: in Firefox iterators are 5 % of what a message costs.
export function hand_to_all(handles, action) {
  isTaken = false;
  for (let index = 0; index < handles.length; index++) hand_to(handles[index], action);
  if (action.action === "error" && !isTaken && handles.length > 0) warn(action);
}

/** An error that no function of the application takes is printed, once for each channel and text. */
function warn({ options, payload }) {
  const channel = options?.channel;
  // Any JSON may come from a server, and not all of it can be made a text in another way.
  const said = typeof payload?.message === "string" ? payload.message : JSON.stringify(payload);
  const text = `xano: error on ${channel ? `channel "${channel}"` : "the connection"}: ${said} ${ADVICE}`;
  if (warnings.has(text) || warnings.size === MOST_WARNINGS) return;
  warnings.add(text);
  console.warn(text);
}

/** Calls the handlers of a channel object that want the action, in the order they were added. */
export function hand_to(handle, action, isInternal) {
  if (handle.id === undefined) return;
  const name = action.action;
  if (name === "presence_full" || name === "presence_update") handle.object?._track(action);
  const { handlers } = handle;
  if (!handlers) return;
  const isError = name === "error";
  handed_id = handle.id;
  // What is added meanwhile is reached as well, as in the original.
  for (let index = 0; index < handlers.length; index++) {
    const handler = handlers[index];
    const { wanted } = handler;
    if ((wanted === undefined || wanted === name) && !handler.removed && (!isInternal || handler.internal)) {
      const run = isError ? handler.onError : handler.run;
      if (isError && run && !handler.internal) isTaken = true;
      if (!isError || run) fenced(run, action);
    }
  }
  handed_id = undefined;
  if (isStale) sweep(handle);
  isStale = false;
}

/** What a handler throws is its own affair. One that always throws is reported once: trackers of errors count them. */
export function fenced(handler, action) {
  try {
    handler(action);
  } catch (error) {
    if (faulty.has(handler)) return console.error(error);
    // A handler that is no function at all throws, too.
    if (typeof handler === "function") faulty.add(handler);
    report(error);
  }
}

export function report(error) {
  if (typeof reportError === "function") reportError(error);
  else console.error(error);
}
