// Messages that are sent again until the server has answered, and taken by it once.

import { channel_joined } from "wasm:glue";
import { call } from "./core.js";
import { coded } from "./errors.js";
import { quiet } from "./promises.js";

/** How long the server may take to answer, counted while there is a connection. */
const ANSWER_DEADLINE_MS = 15_000;

/** What `channel_joined` says where the server answers what is published. */
const ANSWERS = 2;

/** What a channel object has published and has no answer to, by key, in the order it was sent. */
export class Publisher {
  constructor(channel) {
    this._channel = channel;
    this._pending = new Map();
  }

  publish(payload, options) {
    return quiet(
      new Promise((resolve, reject) => {
        const message = { key: newKey(), options, payload, resolve, reject };
        this._pending.set(message.key, message);
        this._unwatch ??= this._channel._watch(
          (action) => this._hear(action),
          (error) => this._fail(error),
        );
        // Without an answer to the join nobody knows yet what the server can do.
        if (this._handle().id !== undefined && call(channel_joined, this._handle().id)) this._send(message);
      }),
    );
  }

  _handle() {
    return this._channel._handle;
  }

  _hear({ action, options, payload }) {
    if (action === "connection_status") {
      for (const { timer } of this._pending.values()) clearTimeout(timer);
    } else if (action === "restarted") {
      for (const message of [...this._pending.values()]) if (message.isSent) this._lose(message);
    } else if (action === "join") {
      for (const message of [...this._pending.values()]) this._send(message);
    }
    const message = this._pending.get(options?.key);
    if (!message) return;
    this._settle(message);
    if (action === "error") message.reject(coded(payload?.code ?? "refused", `${payload?.message}`));
    else message.resolve(payload?.dropped ? { dropped: true } : { id: options.id ?? payload?.id });
  }

  _send(message) {
    const { key, options, payload } = message;
    const isAnswered = call(channel_joined, this._handle().id) === ANSWERS;
    try {
      this._channel._send("message", isAnswered ? { ...options, key } : options, payload);
    } catch (error) {
      this._settle(message);
      message.reject(error);
      return;
    }
    if (isAnswered) {
      message.isSent = true;
      clearTimeout(message.timer);
      message.timer = setTimeout(() => {
        this._settle(message);
        message.reject(coded("timeout", `The server did not answer on "${this._channel.channel}" within 15 seconds.`));
      }, ANSWER_DEADLINE_MS);
    } else {
      this._settle(message);
      message.resolve({});
    }
  }

  /** The server has restarted, and with it went what it knew of the message: sent again, it might be there twice. */
  _lose(message) {
    this._settle(message);
    message.reject(
      coded(
        "unconfirmed",
        `The server of "${this._channel.channel}" restarted before it answered: it may have the message.`,
      ),
    );
  }

  _settle({ key, timer }) {
    clearTimeout(timer);
    this._pending.delete(key);
    if (this._pending.size > 0) return;
    this._unwatch?.();
    this._unwatch = undefined;
  }

  _fail(error) {
    for (const message of [...this._pending.values()]) {
      this._settle(message);
      message.reject(error);
    }
  }
}

/** 128 random bits. */
function newKey() {
  return `${crypto.getRandomValues(new Uint32Array(4))}`;
}
