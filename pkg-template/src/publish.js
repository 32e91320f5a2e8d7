// Messages that are sent again until the server has answered, and taken by it once.

import { channel_joined } from "wasm:glue";
import { call } from "./core.js";
import { coded, failure } from "./errors.js";
import { quiet } from "./promises.js";

/** How long the server may take to answer, counted while there is a connection. */
const ANSWER_DEADLINE_MS = 15_000;

/** How much may wait for an answer, as much as may wait for a connection: queue.rs has the same numbers. */
const MAX_MESSAGES = 1_000;
const MAX_LENGTH = 1024 * 1024;

/** What waited goes out no faster than what waits for a connection: queue.rs has the same numbers. */
const SENT_AT_ONCE = 400;
const SENT_PER_TURN = 5;
const TURN_MS = 50;

/** What `channel_joined` says where the server answers what is published. */
const ANSWERS = 2;

/** What a channel object has published and has no answer to, by key, in the order it was sent. */
export class Publisher {
  constructor(channel) {
    this._channel = channel;
    this._pending = new Map();
    this._length = 0;
    /** Those of them that go out in their turn, on a socket that lets them. */
    this._unsent = [];
    this._atOnce = Infinity;
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
        const message = { key: newKey(), options: { ...options }, text, resolve, reject };
        this._length = length;
        this._pending.set(message.key, message);
        this._unwatch ??= this._channel._watch(
          (action) => this._hear(action),
          (error) => this._fail(error),
        );
        // Without an answer to the join nobody knows yet what the server can do.
        if (!this._joined()) return;
        this._unsent.push(message);
        this._send();
      }),
    );
  }

  _joined() {
    const { id } = this._channel._handle;
    return id === undefined ? 0 : call(channel_joined, id);
  }

  _hear({ action, options, payload }) {
    const pending = [...this._pending.values()];
    if (action === "connection_status") {
      this._unsent = [];
      for (const { timer } of pending) clearTimeout(timer);
    } else if (action === "restarted") {
      for (const message of pending) if (message.isSent) this._lose(message);
    } else if (action === "join") {
      this._unsent = pending;
      this._atOnce = SENT_AT_ONCE;
      this._send();
    }
    const message = this._pending.get(options?.key);
    if (!message) return;
    this._settle(message);
    if (action === "error") message.reject(coded(payload?.code ?? "refused", `${payload?.message}`));
    else message.resolve(payload?.dropped ? { dropped: true } : { id: options.id ?? payload?.id });
  }

  /** Sends what may go out now; the rest in a while. */
  _send() {
    while (this._unsent.length > 0 && this._atOnce > 0) {
      const message = this._unsent.shift();
      // It may have been answered meanwhile, by what was recovered.
      if (!this._pending.has(message.key)) continue;
      this._atOnce -= 1;
      this._sendOne(message);
    }
    if (this._unsent.length === 0) this._atOnce = Infinity;
    else
      this._turn ??= setTimeout(() => {
        this._turn = undefined;
        this._atOnce = SENT_PER_TURN;
        this._send();
      }, TURN_MS);
  }

  _sendOne(message) {
    const { key, options, text } = message;
    const isAnswered = this._joined() === ANSWERS;
    this._channel._send("message", isAnswered ? { ...options, key } : options, JSON.parse(text));
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

  _settle({ key, timer, text }) {
    clearTimeout(timer);
    this._pending.delete(key);
    this._length -= text.length;
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
