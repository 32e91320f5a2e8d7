import { channel_destroy, channel_joined, channel_off, channel_on, channel_open, channel_send } from "wasm:glue";
import { code_of, frame } from "wasm:wire";
import { socketAddress } from "./address.js";
import { call, isAlive, listening } from "./core.js";
import { coded } from "./errors.js";
import { actionsOf } from "./iteration.js";
import { answer, nextAction, quiet } from "./promises.js";
import { Publisher } from "./publish.js";
import { XanoRealtimeClient } from "./realtime-client.js";

/** Channel objects that are dropped without `destroy()` and that nobody listens to leave their channel all the same. */
const dropped = typeof FinalizationRegistry === "undefined" ? undefined : new FinalizationRegistry(close);

/** In place of an action's number. */
const EVERY = -1;

/** What the server sends to somebody who is on a channel. */
const SIGNS_OF_JOINING = ["join", "presence_full", "history", "message"];

/** `handle` holds the channel object's number in wasm; none once it is destroyed. */
function close(handle) {
  const { id } = handle;
  if (id === undefined) return;
  handle.id = undefined;
  handle.members = undefined;
  listening.delete(handle);
  call(channel_destroy, id);
  for (const cancel of [...(handle.waiting ?? [])]) cancel(destroyed(handle));
}

function destroyed({ channel }) {
  return coded("destroyed", `The channel "${channel}" was destroyed.`);
}

// No private members (`#id`) in here: frameworks wrap objects in proxies, and those cannot reach them.
export class XanoRealtimeChannel {
  constructor(channel, options, config) {
    this.channel = channel;
    this.options = options;
    this._config = config;
    this._open();
  }

  on(...args) {
    const action = typeof args[0] === "string" ? args.shift() : undefined;
    const { signal } = typeof args.at(-1) === "object" ? (args.pop() ?? {}) : {};
    const [handler, onError] = args;
    if (signal?.aborted) return this;
    // After destroy() a channel object starts anew, so that an effect which runs twice finds it alive.
    if (this._handle.id === undefined) this._open();
    call(channel_on, this._handle.id, this, numberOf(action), handler, onError || undefined, false);
    const onFailure = onError ?? (action === "error" ? handler : undefined);
    if (onFailure) this._handle.handlers = [...(this._handle.handlers ?? []), { action, handler, onFailure }];
    listening.add(this._handle);
    // Wasm holds the object from here on.
    dropped?.unregister(this._handle);
    signal?.addEventListener("abort", () => this.off(action, handler), { once: true });
    return this;
  }

  off(...args) {
    const action = typeof args[0] === "string" ? args.shift() : undefined;
    const [handler] = args;
    const { id, handlers } = this._handle;
    if (id === undefined) return this;
    const meant = (of) => (action ?? of.action) === of.action && (handler ?? of.handler) === of.handler;
    this._handle.handlers = handlers?.filter((candidate) => !meant(candidate));
    call(channel_off, id, numberOf(action), handler);
    return this;
  }

  once(action) {
    return nextAction(this, (candidate) => candidate.action === action);
  }

  get joined() {
    const { id } = this._handle;
    if (id !== undefined && call(channel_joined, id)) return Promise.resolve();
    return quiet(answer(this, ({ action }) => SIGNS_OF_JOINING.includes(action)).then(() => undefined));
  }

  message(payload, options) {
    this._send("message", options, payload);
  }

  history() {
    this._send("history");
  }

  fetchHistory() {
    const asked = answer(
      this,
      ({ action }) => action === "history",
      () => this.history(),
    );
    return quiet(asked.then(({ payload }) => (Array.isArray(payload?.history) ? payload.history : [])));
  }

  publish(payload, options) {
    this._handle.publisher ??= new Publisher(this);
    return this._handle.publisher.publish(payload, options);
  }

  getPresence() {
    return [...(this._handle.members?.values() ?? [])];
  }

  destroy() {
    close(this._handle);
  }

  [Symbol.asyncIterator]() {
    return actionsOf(this);
  }

  /** Keeps the list of members, before the handlers are called. A member has one place in it, however often it comes. */
  _track({ action, payload }) {
    this._handle.members ??= new Map();
    const { members } = this._handle;
    const add = (client) => isObject(client) && members.set(client.socketId, new XanoRealtimeClient(client, this));
    const client = payload?.presence;
    if (action === "presence_full") {
      if (!Array.isArray(client)) return;
      members.clear();
      client.forEach(add);
    } else if (payload?.action === "join") add(client);
    else if (payload?.action === "leave") members.delete(client?.socketId);
  }

  _open() {
    const { client, debug } = this._config;
    const { history, presence, recover, queueOfflineActions } = this.options ?? {};
    const id = call(
      channel_open,
      client,
      this._config,
      socketAddress(this._config),
      this.channel,
      !!history,
      !!presence,
      !!recover,
      queueOfflineActions !== false,
      !!debug,
    );
    // A page may have thousands of them: what most never need is made when it is.
    this._handle = { id, channel: this.channel, handlers: undefined, members: undefined, waiting: undefined };
    dropped?.register(this, this._handle, this._handle);
  }

  /** Calls `watch` with every action until the returned function is called; `cancel` when the channel is destroyed. */
  _watch(watch, cancel) {
    const handle = this._handle;
    if (handle.id === undefined) {
      cancel(destroyed(handle));
      return () => {};
    }
    handle.waiting ??= new Set();
    handle.waiting.add(cancel);
    listening.add(handle);
    call(channel_on, handle.id, this, EVERY, watch, watch, true);
    return () => {
      handle.waiting.delete(cancel);
      if (handle.id !== undefined && isAlive()) call(channel_off, handle.id, EVERY, watch);
    };
  }

  _send(action, options, payload) {
    const { id } = this._handle;
    if (id === undefined) {
      console.warn(`Nothing was sent on "${this.channel}": the channel was destroyed. Call on() to join it again.`);
      return;
    }
    const comesBack = action === "message" && (!options?.socketId || !!options.key);
    call(channel_send, id, this, frame(action, this.channel, options, payload), comesBack);
  }
}

/** For wasm: the number of an action, or of none in particular. */
function numberOf(action) {
  return action ? code_of(action) : EVERY;
}

function isObject(value) {
  return typeof value === "object" && value !== null;
}
