// Messages that are sent again until the server has answered, and taken by it once.

import { connection_status } from "wasm:glue";
import { call } from "./core.js";
import { coded, failure } from "./errors.js";
import { knownFailure, quiet, refusal, rejectLate } from "./promises.js";

/** How much may wait for an answer, as much as may wait for a connection: queue.rs has the same numbers. */
const MAX_MESSAGES = 1_000;
const MAX_LENGTH = 1024 * 1024;

/** How often it is asked whether more of what waited may go out. */
const TURN_MS = 50;

/** What `joined` of a membership is where the server answers what is published. */
const ANSWERS = 2;

/** What `connection_status` says of an open socket. */
const CONNECTED = 2;

/** What a channel object has published and has no answer to, by key, in the order it was sent. */
export class Publisher {
  constructor(channel) {
    this._channel = channel;
    this._pending = new Map();
    this._length = 0;
    /** Those of them that go out in their turn, on a socket that lets them. */
    this._unsent = [];
  }

  publish(payload, options) {
    return quiet(
      new Promise((resolve, reject) => {
        // As it is now, whatever the application does with the object before it is sent.
        const text = JSON.stringify(payload) ?? "null";
        const length = this._length + text.length;
        if (this._pending.size >= MAX_MESSAGES || (this._pending.size > 0 && length > MAX_LENGTH)) {
          throw failure("queue_full");
        }
        const key = newKey();
        const settle = (outcome) => (value) => {
          clearTimeout(message.timer);
          if (this._pending.delete(key)) this._length -= text.length;
          if (this._pending.size === 0) {
            this._unwatch?.();
            this._unwatch = undefined;
          }
          outcome(value);
        };
        const message = { key, options: { ...options }, text, resolve: settle(resolve), reject: settle(reject) };
        this._length = length;
        this._pending.set(key, message);
        this._unwatch ??= this._channel._watch(
          (action) => this._hear(action),
          (error) => this._fail(error),
        );
        if (this._channel._handle.id === undefined) return;
        const known = knownFailure(this._channel);
        if (known) return message.reject(refusal(known));
        this._await(message);
        // Without an answer to the join nobody knows yet what the server can do.
        if (!this._joined()) return;
        if (this._unsent.length === 0) this._sendOne(message);
        else this._unsent.push(message);
      }),
    );
  }

  _joined() {
    return this._channel._handle.membership?.joined;
  }

  _isConnected() {
    return call(connection_status, this._channel._config.client) === CONNECTED;
  }

  _hear(answer) {
    const { action, options, payload } = answer;
    const message = this._pending.get(options?.key);
    if (action === "connection_status") {
      this._unsent = [];
      for (const each of this._all()) this._await(each);
    } else if (action === "restarted") {
      for (const each of this._all()) if (each.isSent) each.reject(lost());
    } else if (action === "join") {
      this._unsent = this._all();
      this._send();
    } else if (action === "error") {
      if (message) message.reject(refusal(answer));
      // Nothing was sent, and no next attempt is likely to make a socket.
      else if (payload?.code === "no_socket") this._fail(refusal(answer));
      // Of the join: nobody will ask for what waits behind it.
      else if (options?.channel === this._channel.channel && this._isConnected() && !this._joined())
        this._fail(refusal(answer));
    } else message?.resolve(payload?.dropped ? { dropped: true } : { id: options.id ?? payload?.id });
  }

  /** Sends what may go out now; the rest in a while. */
  _send() {
    const { link } = this._channel._handle.membership?.memberships ?? {};
    while (this._unsent.length > 0 && link?.spares()) {
      const message = this._unsent.shift();
      // It may have been answered meanwhile, by what was recovered.
      if (this._pending.has(message.key)) this._sendOne(message);
    }
    if (this._unsent.length > 0)
      this._turn ??= setTimeout(() => {
        this._turn = undefined;
        this._send();
      }, TURN_MS);
  }

  _sendOne(message) {
    const { key, options, text } = message;
    message.isSent = this._joined() === ANSWERS;
    this._channel._send("message", message.isSent ? { ...options, key } : options, JSON.parse(text));
    if (!message.isSent) message.resolve({});
  }

  /** The answer may take its time, counted while there is a connection. */
  _await(message) {
    clearTimeout(message.timer);
    if (this._isConnected()) message.timer = rejectLate(this._channel, message.reject);
  }

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

/** 128 random bits. */
function newKey() {
  return `${crypto.getRandomValues(new Uint32Array(4))}`;
}
