// The service's side of one socket: it opens before the service is ready for it, and is dropped when it is idle.

import { broadcast } from "./broadcast.js";
import { ERRORS, errorFrame } from "./errors.js";
import { parse } from "./frames.js";
import { IDLE_CLOSE_CODE } from "./guesses.js";

const REFUSED = 4401;
const NORMAL = 1000;

export class Connection {
  /** The user of the token; an anonymous client has none. */
  user = undefined;
  isReady = false;
  isClosed = false;
  /** Every frame that the client sent, oldest first: `{ text, isReady }`, with the state at its arrival. */
  received = [];

  /** Fault: so many messages, replayed ones too, go out twice. */
  duplicates = 0;
  /** Fault: the network swallows every frame of both sides. */
  isSilent = false;

  #handshakeTimer;
  #idleTimer;

  /**
   * @param {object} service
   * @param {{ address: string, server?: object, token?: string }} request
   * @param {{ deliver(text: string): void, close(code: number, reason: string): void }} host carries frames and the
   *   close to the client. The service answers while `receive` runs, so a host whose client must not be answered before
   *   its `send` returns has to queue.
   */
  constructor(service, request, host) {
    Object.assign(this, { service, host, ...request });
    const delay_ms = request.server?.handshake_delay_ms ?? 0;
    this.#handshakeTimer = service.clock.set(() => this.#finishHandshake(), delay_ms);
    this.#restartIdleClock();
  }

  /** The client has sent a text. */
  receive(text) {
    if (this.isClosed || this.isSilent) return;
    this.#restartIdleClock();
    this.received.push({ text, isReady: this.isReady });
    if (!this.isReady) return this.send(errorFrame(ERRORS.notReady));
    const frame = parse(text);
    // guess: bad-frame
    if (!frame?.action) return this.send(errorFrame(ERRORS.internal, frame?.channel));
    if (frame.action === "ping") return this.send({ action: "pong" });
    const channel = this.service.channelFor(this, frame.channel);
    if (!channel) return this.send(errorFrame(ERRORS.noSettings, frame.channel));
    this.#handle(channel, frame);
  }

  /** The client's side of the socket is gone. */
  ended() {
    if (this.isClosed) return;
    this.isClosed = true;
    this.service.clock.clear(this.#handshakeTimer);
    this.service.clock.clear(this.#idleTimer);
    this.service.forget(this);
  }

  /** Closes the socket with any code; 1006 cuts it off. */
  drop(code = NORMAL, reason = "") {
    if (this.isClosed) return;
    this.ended();
    this.host.close(code, reason);
  }

  send(frame) {
    this.sendText(JSON.stringify(frame));
  }

  /** Sends any text, a hostile one too. */
  sendText(text) {
    if (!this.isClosed && !this.isSilent) this.host.deliver(text);
  }

  sendMessage(frame) {
    this.send(frame);
    if (this.duplicates === 0) return;
    this.duplicates -= 1;
    this.send(frame);
  }

  /** The client's frames of one action, parsed. */
  receivedOf(action) {
    return this.received.map(({ text }) => parsedFrame(text)).filter((frame) => frame?.action === action);
  }

  #finishHandshake() {
    const reason = this.service.admit(this);
    if (reason === undefined) {
      this.isReady = true;
      return;
    }
    this.send(errorFrame(reason));
    this.drop(REFUSED);
  }

  #handle(channel, frame) {
    if (frame.action === "join") channel.join(this, frame);
    if (frame.action === "leave") channel.leave(this);
    if (frame.action === "broadcast") broadcast(channel, this, frame);
    if (frame.action === "ack") channel.acknowledge(this, frame);
    if (frame.action === "presence") channel.presence(this);
  }

  #restartIdleClock() {
    const { clock, idle_ms } = this.service;
    clock.clear(this.#idleTimer);
    this.#idleTimer = clock.set(() => this.drop(IDLE_CLOSE_CODE), idle_ms);
  }
}

function parsedFrame(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
