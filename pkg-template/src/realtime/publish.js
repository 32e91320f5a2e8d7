// Messages that are sent again until the server has answered, and taken by it once.

import { destroyed } from "../core/channel-handle.js";
import { MAX_BYTES, MAX_FRAMES, QUEUE_FULL, TURN_MS } from "../core/numbers.js";
import { coded, failure } from "../errors.js";
import { quiet, refusal, rejectLate } from "./promises.js";

/** @import { XanoRealtimeChannel } from "./channel.js" */
/** @import { Action } from "../types.js" */
/**
 * @typedef {object} Message
 * @property {string} key
 * @property {any} options
 * @property {string} text its payload
 * @property {boolean} isSent with its key
 * @property {any} timer
 * @property {(value: unknown) => void} resolve
 * @property {(error: unknown) => void} reject
 */

/** What a channel object has published and has no answer to, by key, in the order it was sent. */
export class Publisher {
  /** @type {(() => void) | undefined} */
  _unwatch;
  /** @type {any} */
  _turn;
  /** @type {Map<string, Message>} */
  _pending = new Map();
  _length = 0;
  /**
   * The messages that go out in their turn, on a socket that lets them.
   * @type {Message[]}
   */
  _unsent = [];

  /** @param {XanoRealtimeChannel} channel */
  constructor(channel) {
    this._channel = channel;
  }

  /**
   * @param {unknown} payload
   * @param {object} [options]
   */
  publish(payload, options) {
    return quiet(
      new Promise((resolve, reject) => {
        // As it is now, whatever the application does with the object before it is sent.
        const text = JSON.stringify(payload) ?? "null";
        const length = this._length + text.length;
        // As much may wait for an answer as may wait for a connection.
        if (this._pending.size >= MAX_FRAMES || (this._pending.size > 0 && length > MAX_BYTES)) {
          throw failure(QUEUE_FULL);
        }
        const key = newKey();
        /** @type {(outcome: (value: any) => void) => (value: any) => void} */
        const settle = (outcome) => (value) => {
          clearTimeout(message.timer);
          if (this._pending.delete(key)) this._length -= text.length;
          if (this._pending.size === 0) {
            this._unsent = [];
            this._unwatch?.();
            this._unwatch = undefined;
          }
          outcome(value);
        };
        /** @type {Message} */
        const message = {
          key,
          options: { ...options },
          text,
          isSent: false,
          timer: undefined,
          resolve: settle(resolve),
          reject: settle(reject),
        };
        this._length = length;
        this._pending.set(key, message);
        this._unwatch ??= this._channel._watch(
          (action) => this._hear(action),
          (error) => this._fail(error),
        );
        const handle = this._channel._handle;
        if (handle) handle.publisher = this;
        if (!handle) {
          message.reject(destroyed(this._channel.channel));
          return;
        }
        if (handle.failure) {
          message.reject(refusal(handle.failure));
          return;
        }
        this._await(message);
        // Before the join is answered it is not known what the server can do.
        if (!handle.isJoined) return;
        if (this._unsent.length === 0) this._sendOne(message);
        else this._unsent.push(message);
      }),
    );
  }

  get _joined() {
    return this._channel._handle?.isJoined;
  }

  get _isConnected() {
    return this._channel._handle?.isConnected;
  }

  /** @param {Action} answer */
  _hear(answer) {
    const { action, options, payload } = answer;
    const message = this._pending.get(options?.key);
    if (action === "error") {
      if (message) message.reject(refusal(answer));
      // Nothing was sent, and no next attempt is likely to make a socket.
      else if (payload?.code === "no_socket") this._fail(refusal(answer));
      // Of the join: what waits behind it is never asked for.
      else if (options?.channel === this._channel.channel && this._isConnected && !this._joined)
        this._fail(refusal(answer));
    } else message?.resolve(payload?.dropped ? { dropped: true } : { id: options.id ?? payload?.id });
  }

  statusChanged() {
    this._unsent = [];
    const failure = this._channel._handle?.failure;
    if (failure) this._fail(refusal(failure));
    for (const each of this._all()) this._await(each);
  }

  /** @param {boolean | undefined} isRestarted */
  joined(isRestarted) {
    if (isRestarted) for (const each of this._all()) if (each.isSent) each.reject(lost());
    this._unsent = this._all();
    this._send();
  }

  /** Sends what may go out now; the rest in a while. */
  _send() {
    while (this._unsent.length > 0 && this._channel._handle?.spares()) {
      const message = /** @type {Message} */ (this._unsent.shift());
      // What was recovered may have answered it.
      if (this._pending.has(message.key)) this._sendOne(message);
    }
    if (this._unsent.length > 0)
      this._turn ??= setTimeout(() => {
        this._turn = undefined;
        this._send();
      }, TURN_MS);
  }

  /** @param {Message} message */
  _sendOne(message) {
    const { key, options, text } = message;
    message.isSent = !!this._channel._handle?.subscription?.answersKeys;
    this._channel._send("message", message.isSent ? { ...options, key } : options, JSON.parse(text));
    if (!message.isSent) message.resolve({});
  }

  /**
   * The answer may take its time, counted while there is a connection.
   * @param {Message} message
   */
  _await(message) {
    clearTimeout(message.timer);
    if (this._isConnected) message.timer = rejectLate(this._channel, message.reject);
  }

  /** @param {Error} error */
  _fail(error) {
    for (const message of this._all()) message.reject(error);
  }

  _all() {
    return [...this._pending.values()];
  }
}

/** The server has restarted, and with it went what it knew of the message: sent again, it might be there twice. */
function lost() {
  return coded("unconfirmed", "The server did not answer before it restarted: it may have the message.");
}

/** 128 random bits. React Native has no `crypto`. */
function newKey() {
  const words = new Uint32Array(4);
  if (globalThis.crypto) crypto.getRandomValues(words);
  else for (let i = 0; i < 4; i++) words[i] = Math.random() * 2 ** 32;
  return `${words}`;
}
