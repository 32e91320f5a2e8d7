import { channel_destroy, channel_on, channel_open, channel_send, channel_try_pass } from "wasm:glue";
import { add_handler, frame, remove_handlers, SIGNS_OF_JOINING } from "wasm:wire";
import { socketAddress } from "./address.js";
import { call, ensureCore } from "./core.js";
import { coded } from "./errors.js";
import { actionsOf } from "./iteration.js";
import { answer, nextAction, quiet } from "./promises.js";
import { Publisher } from "./publish.js";
import { XanoRealtimeClient } from "./realtime-client.js";

/** Channel objects that are dropped without `destroy()` and that nobody listens to leave their channel all the same. */
const dropped = typeof FinalizationRegistry === "undefined" ? undefined : new FinalizationRegistry(close);

/** `handle` holds the channel object's number in wasm; none once it is destroyed. */
export function close(handle) {
  const { id } = handle;
  if (id === undefined) return;
  handle.id = undefined;
  handle.members = undefined;
  handle.object = undefined;
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
    this._listen(action || undefined, handler, onError, false);
    signal?.addEventListener("abort", () => this.off(action, handler), { once: true });
    return this;
  }

  off(...args) {
    const action = typeof args[0] === "string" ? args.shift() : undefined;
    const [handler] = args;
    remove_handlers(this._handle, action || undefined, handler);
    return this;
  }

  once(action) {
    return nextAction(this, (candidate) => candidate.action === action);
  }

  get joined() {
    if (this._handle.membership?.joined) return Promise.resolve();
    return quiet(answer(this, ({ action }) => SIGNS_OF_JOINING.includes(action)).then(() => undefined));
  }

  message(payload, options) {
    this._send("message", options, payload);
  }

  /** Realtime V2 acknowledges; V1 has nothing to acknowledge. */
  ack(_cursor) {}

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
    const { client } = this._config;
    const { history, presence, recover, queueOfflineActions } = this.options ?? {};
    // What wasm and its JavaScript side know of this object. `id` is its number in wasm; none once it is destroyed. A page
    // may have thousands of them: what most never need is made when it is.
    const handle = {
      id: undefined,
      channel: this.channel,
      config: this._config,
      url: socketAddress(this._config),
      /** This one, once it must not be collected; and what it is a member of. */
      object: undefined,
      membership: undefined,
      handlers: undefined,
      members: undefined,
      waiting: undefined,
      publisher: undefined,
    };
    ensureCore();
    const may_wait = queueOfflineActions !== false;
    handle.id = call(channel_open, client, handle, !!history, !!presence, !!recover, may_wait);
    this._handle = handle;
    dropped?.register(this, handle, handle);
  }

  _listen(action, handler, onError, internal) {
    const handle = this._handle;
    add_handler(handle, action, handler, onError, internal);
    handle.object = this;
    dropped?.unregister(handle);
    call(channel_on, handle.id, internal);
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
    this._listen(undefined, watch, watch, true);
    return () => {
      handle.waiting.delete(cancel);
      remove_handlers(handle, undefined, watch);
    };
  }

  _send(action, options, payload) {
    const { id } = this._handle;
    if (id === undefined) {
      console.warn(`Nothing was sent on "${this.channel}": the channel was destroyed. Call on() to join it again.`);
      return;
    }
    const comesBack = action === "message" && (!options?.socketId || !!options.key);
    const text = frame(action, this.channel, options, payload);
    // What need not wait does not enter wasm. Looked up behind `frame`, which may run code of the application's.
    const link = this._handle.membership?.memberships.link;
    if (link?.writable() && call(channel_try_pass, id, comesBack)) return link.send(text);
    // A history that nobody could receive does not wait: programs ask again once they listen.
    const mayWait = action !== "history" || this._handle.handlers?.length;
    const bytes = mayWait ? new Blob([text]).size : 0;
    // Were this object collected now, what waits would be lost with it.
    if (!call(channel_send, id, text, bytes, comesBack)) this._handle.object = this;
  }
}

function isObject(value) {
  return typeof value === "object" && value !== null;
}
