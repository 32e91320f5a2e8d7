// What the rows of the report are played with: sockets, joins and messages, and the three verdicts.

import { randomUUID } from "node:crypto";
import { socketUrl } from "../address.js";
import { ANSWER_MS, Sockets } from "./sockets.js";

export const holds = (detail) => ({ verdict: "holds", detail });
export const differs = (detail) => ({ verdict: "differs", detail });
export const cannotTell = (detail) => ({ verdict: "cannot tell", detail });

/** Ends the play of a row that this server or channel gives no chance to. */
export class CannotTell extends Error {}

export class Stage extends Sockets {
  constructor({ baseUrl, hash, channel, token }) {
    super({ url: socketUrl(baseUrl, hash), channel, token });
    this.baseUrl = baseUrl;
  }

  /** A socket that is on the channel. `answer` is the server's join. */
  async member(payload = {}, options = {}) {
    const socket = await this.open(options);
    const answer = await this.join(socket, payload);
    if (answer?.action === "join") return Object.assign(socket, { answer });
    throw new CannotTell(`the channel cannot be joined: ${textOf(answer)}`);
  }

  /** The server's join, or its error. */
  join(socket, payload, channel = this.channel) {
    const isAnswer = (frame) => isAbout(frame, channel) && ["join", "error"].includes(frame.action);
    return socket.ask({ action: "join", options: { channel }, payload }, isAnswer, ANSWER_MS);
  }

  leave(socket) {
    const isAnswer = (frame) => isAbout(frame, this.channel) && ["leave", "error"].includes(frame.action);
    return socket.ask({ action: "leave", options: this.#options(), payload: null }, isAnswer, ANSWER_MS);
  }

  /** Sends a public message and returns it as it came back. */
  async say(socket, options = {}) {
    const { answer } = await this.trySay(socket, options);
    if (answer?.action === "message") return answer;
    throw new CannotTell(`a public message does not come back: ${textOf(answer)}`);
  }

  /** Sends a message; `mark` is in its payload, `answer` is the message or an error. */
  async trySay(socket, options = {}) {
    const payload = { from: "xano-wasm doctor", mark: randomUUID() };
    const isAnswer = (frame) =>
      marked(frame, payload.mark) || (frame.action === "error" && isAbout(frame, this.channel));
    const answer = await socket.ask(
      { action: "message", options: this.#options(options), payload },
      isAnswer,
      ANSWER_MS,
    );
    return { mark: payload.mark, answer };
  }

  /** Sends a message and waits for nothing. */
  send(socket, options = {}, channel = this.channel) {
    const mark = randomUUID();
    socket.send({ action: "message", options: { ...options, channel }, payload: { from: "xano-wasm doctor", mark } });
    return mark;
  }

  /** The entries of the history, as this socket gets them. */
  async history(socket, options = {}) {
    const isAnswer = (frame) => isAbout(frame, this.channel) && ["history", "error"].includes(frame.action);
    const frame = await socket.ask(
      { action: "history", options: this.#options(options), payload: null },
      isAnswer,
      ANSWER_MS,
    );
    if (frame?.action !== "history") throw new CannotTell(`the history does not come: ${textOf(frame)}`);
    return frame;
  }

  /** Resolves when what was sent to this socket so far has arrived: frames of one socket are answered in order. */
  async settle(socket) {
    await this.history(socket).catch(() => {});
    await this.quiet();
  }

  /** The message with that mark, as it came to this socket. */
  arrival(socket, mark) {
    return this.find(socket, (frame) => marked(frame, mark));
  }

  /** Whether the message with that mark stays away from this socket. */
  async isSpared(socket, mark) {
    await this.settle(socket);
    return !socket.heard.some((frame) => marked(frame, mark));
  }

  #options(options) {
    return { ...options, channel: this.channel };
  }
}

export function marked(frame, mark) {
  return frame.action === "message" && frame.payload?.mark === mark;
}

export function textOf(frame) {
  return frame ? String(frame.payload?.message ?? frame.action) : "no answer";
}

function isAbout({ options }, channel) {
  return options?.channel === channel;
}
