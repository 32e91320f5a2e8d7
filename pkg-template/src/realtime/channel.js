import { ChannelHandle, destroyed } from "../core/channel-handle.js";
import { handles } from "../core/handles.js";
import { track } from "../core/members.js";
import { socketAddress } from "./address.js";
import { actionsOf } from "./iteration.js";
import { coded } from "../errors.js";
import { answer, quiet, settled } from "./promises.js";
import { publish } from "./publish.js";
import { XanoRealtimeClient } from "./realtime-client.js";

/** @import { Action, Config } from "../types.js" */

// No private members (`#id`) in here: frameworks wrap objects in proxies, which cannot reach them.
export class XanoRealtimeChannel {
  _number = 0;
  /** @type {Map<unknown, XanoRealtimeClient> | undefined} */
  _members;

  /**
   * @param {string} channel
   * @param {any} options
   * @param {Config} config
   */
  constructor(channel, options, config) {
    this.channel = channel;
    this.options = options;
    this._config = config;
    this._isV2 = !!config._connectAs;
    this._open();
  }

  /** @param {any[]} args action, handler, handler of errors, options: each but the handler may be left out */
  on(...args) {
    const action = typeof args[0] === "string" ? args.shift() : undefined;
    // Hermes has no `at`.
    const { signal } = typeof args[args.length - 1] === "object" ? (args.pop() ?? {}) : {};
    const [handler, onError] = args;
    if (signal?.aborted) return this;
    // After destroy() a channel object starts anew, so that an effect which runs twice finds it alive.
    (this._handle ?? this._open()).listen(this, action || undefined, handler, onError, false);
    signal?.addEventListener("abort", () => this.off(action, handler), { once: true });
    return this;
  }

  /** @param {any[]} args action, handler: each may be left out */
  off(...args) {
    const action = typeof args[0] === "string" ? args.shift() : undefined;
    const [handler] = args;
    this._handle?.removeHandlers(action || undefined, handler);
    return this;
  }

  /** @param {string} action */
  once(action) {
    return settled(this, (resolve, _reject, candidate) => {
      if (candidate.action === action) resolve(candidate);
    });
  }

  get joined() {
    const isJoined = () => this._handle?.isJoined;
    if (isJoined()) return Promise.resolve();
    // Whatever happens, a change of the connection included, may have joined it.
    return quiet(answer(this, isJoined).then(() => undefined));
  }

  /**
   * @param {unknown} payload
   * @param {object} [options]
   */
  message(payload, options) {
    this._send("message", options, payload);
  }

  /**
   * Realtime V2 acknowledges; V1 has nothing to acknowledge.
   * @param {unknown} cursor
   */
  ack(cursor) {
    const subscription = this._isV2 ? this._handle?.subscription : undefined;
    // Before the join there is nothing to acknowledge: all of it comes again.
    if (subscription?.isJoined) subscription.acknowledge(cursor);
  }

  history() {
    this._send("history");
  }

  fetchHistory() {
    if (this._isV2) return quiet(Promise.reject(coded("not_on_v2", "Realtime V2 has no history.")));
    const asked = answer(
      this,
      ({ action }, isOnChannel) => isOnChannel && action === "history",
      () => this.history(),
    );
    return quiet(asked.then(({ payload }) => (Array.isArray(payload?.history) ? payload.history : [])));
  }

  /**
   * @param {unknown} payload
   * @param {object} [options]
   */
  publish(payload, options) {
    return publish(this, payload, options);
  }

  /** @returns {XanoRealtimeClient[]} */
  getPresence() {
    const handle = this._handle;
    const members = this._isV2 ? handle?.subscription?.roster : handle && this._members;
    const list = [...(members?.values() ?? [])];
    return this._isV2 ? list.map((member) => new XanoRealtimeClient(member, this)) : list;
  }

  destroy() {
    this._handle?.close();
  }

  [Symbol.asyncIterator]() {
    return actionsOf(this);
  }

  /** What is behind this object; nothing once it is destroyed. */
  get _handle() {
    return handles.get(this._number);
  }

  _open() {
    const handle = new ChannelHandle(this.channel, socketAddress(this._config), this.options ?? {}, this._config);
    this._number = handle.number;
    this._members = undefined;
    handle.watchOver(this);
    return handle;
  }

  /**
   * Keeps the list of members, before the handlers are called. On V2 the channel objects of a page share it.
   * @param {Action} action
   */
  _track(action) {
    this._members ??= new Map();
    if (!this._isV2) track(this._members, action, (member) => new XanoRealtimeClient(member, this));
  }

  /**
   * Calls `watch` with every action until the returned function is called; `cancel` when the channel is destroyed.
   * @param {(action: Action) => void} watch
   * @param {(error: Error) => void} cancel
   * @returns {() => void}
   */
  _watch(watch, cancel) {
    const handle = this._handle;
    if (handle) return handle.watch(this, watch, cancel);
    cancel(destroyed(this.channel));
    return () => {};
  }

  /**
   * @param {string} action
   * @param {any} [options]
   * @param {unknown} [payload]
   */
  _send(action, options, payload) {
    const handle = this._handle;
    if (!handle) {
      console.warn(
        `Nothing was sent on "${this.channel}": the channel was destroyed.${HELP ? " Call on() to join it again." : ""}`,
      );
      return;
    }
    handle.transmit(this, action, options, payload);
  }
}
