// What the rows of the report on V2 are played with.

import { randomUUID } from "node:crypto";
import { socketUrlV2 } from "../../address.js";
import { ANSWER_MS, Sockets } from "../../report/sockets.js";
import { CannotTell, textOf } from "../../report/stage.js";
import { greet } from "../greeting.js";

export class Stage extends Sockets {
  constructor({ baseUrl, canonical, channel, type, token }) {
    super({ url: socketUrlV2(baseUrl, canonical), channel, token });
    this.baseUrl = baseUrl;
    this.type = type;
  }

  /** A socket that the service is ready for. */
  async ready(options) {
    const socket = await this.open(options);
    const { isReady, reason } = await greet(socket);
    if (isReady) return socket;
    throw new CannotTell(`the connection is not admitted: ${reason ?? `close code ${socket.closeCode ?? "none"}`}`);
  }

  /**
   * A socket that is on the channel. `answer` is the service's join.
   * @param {{ token?: string | null, clientId?: string, history?: boolean, presence?: boolean }} [options]
   */
  async member({ token, ...options } = {}) {
    const socket = await this.ready({ token });
    const answer = await this.join(socket, options);
    if (answer?.action === "join") return Object.assign(socket, { answer });
    throw new CannotTell(`the channel cannot be joined: ${textOf(answer)}`);
  }

  /** A reader of an at-least-once channel with a cursor of its own, which no user has. */
  async reader(clientId = `xano-wasm-doctor-${randomUUID()}`) {
    const member = await this.member({ token: null, clientId });
    const { cursor } = member.answer.payload ?? {};
    if (cursor === undefined) throw new CannotTell("the channel delivers at most once");
    return Object.assign(member, { clientId });
  }

  /**
   * The service's join, or its error.
   * @param {any} socket
   * @param {{ clientId?: string, history?: boolean, presence?: boolean, channel?: string }} [options]
   */
  join(socket, { clientId, history = false, presence = true, channel = this.channel } = {}) {
    const options = { channel, ...(clientId && { client_id: clientId }) };
    return this.ask(socket, { action: "join", options, payload: { history, presence } }, "join");
  }

  /**
   * Sends a message, and resolves with `{ mark, answer }`: its receipt, or an error.
   * @param {any} socket
   * @param {{ to?: object, type?: string }} [options]
   */
  async trySay(socket, { to, type = this.#typeOfMessage() } = {}) {
    const mark = randomUUID();
    const payload = { from: "xano-wasm doctor", mark };
    const options = { channel: this.channel, ...(to && { to }) };
    const answer = await this.ask(socket, { action: "broadcast", type, options, payload }, "broadcast");
    return { mark, answer };
  }

  /** Sends a message and returns its receipt, with its mark. */
  async say(socket, options) {
    const { mark, answer } = await this.trySay(socket, options);
    if (answer?.action !== "broadcast") throw new CannotTell(`a message is not taken: ${textOf(answer)}`);
    if (answer.payload?.dropped) throw new CannotTell("the handler of the message drops what the doctor sends");
    return { mark, ...answer.payload };
  }

  /** Sends a frame, and resolves with the answer of that action on its channel, or with an error. */
  ask(socket, frame, action) {
    const channel = frame.options?.channel ?? frame.channel;
    const isAnswer = (one) => one.action === "error" || (one.action === action && one.channel === channel);
    return socket.ask(frame, isAnswer, ANSWER_MS);
  }

  /** The user that the given token is of, as presence shows it. */
  async ownUser(socket) {
    if (!this.token) throw new CannotTell("no token was given");
    const atJoin = await this.find(socket, ({ action }) => action === "presence_full");
    const asked = await this.ask(socket, { action: "presence", channel: this.channel }, "presence_full");
    const others = new Set((atJoin?.payload?.members ?? []).map(({ id }) => id));
    const own = (asked?.payload?.members ?? []).find(({ id, authenticated }) => authenticated && !others.has(id));
    if (!own) throw new CannotTell("the channel does not show who this connection is");
    return { dbo_id: own.dbo_id, row_id: own.id };
  }

  /** Resolves when what was sent to this socket so far has arrived: frames of one socket are answered in order. */
  async settle(socket) {
    await this.ask(socket, { action: "presence", channel: this.channel }, "presence_full");
    await this.quiet();
  }

  #typeOfMessage() {
    if (this.type === undefined) throw new CannotTell("give --type NAME of a message of the channel");
    return this.type;
  }
}

/** The messages among frames, live and replayed; a transcript's are left out. */
export function messagesOf(frames) {
  return frames.filter(({ action, conversation }) => ["message", "replay"].includes(action) && !conversation);
}

/** The text of an error; nothing for another frame. */
export function refusalOf(frame) {
  return frame?.action === "error" ? String(frame.payload?.message) : undefined;
}
