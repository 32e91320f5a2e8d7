// A WebSocket without a browser: Node has none before version 22, and a browser's hides why a handshake failed.

import { createHash, randomBytes } from "node:crypto";
import http from "node:http";
import https from "node:https";
import { BINARY, CLOSE, CONTINUATION, encodeFrame, FrameReader, PING, PONG, TEXT } from "./frames.js";

const HANDSHAKE_MS = 10_000;
const CLOSING_MS = 5_000;
/** A socket that sends more is cut off. Our server keeps at most 16 MiB of a channel. */
const MOST_BYTES = 64 * 1_048_576;
const ACCEPT_SUFFIX = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
const NO_CODE = 1005;
const CUT = 1006;

/** The server answered the handshake with another status than 101. */
export class HandshakeRefused extends Error {
  /** @param {import("node:http").IncomingMessage} response */
  constructor({ statusCode, headers }) {
    super(`the handshake was answered with status ${statusCode}`);
    this.status = statusCode;
    this.location = headers.location;
  }
}

/**
 * Opens a socket. Rejects with `HandshakeRefused`, or with the error of the network.
 * @param {URL} url
 * @param {{ token?: string }} [options]
 */
export async function openSocket(url, { token } = {}) {
  const key = randomBytes(16).toString("base64");
  const headers = {
    Connection: "Upgrade",
    Upgrade: "websocket",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": key,
    ...(token && { "Sec-WebSocket-Protocol": token }),
  };
  const [module, scheme] = url.protocol === "wss:" ? [https, "https:"] : [http, "http:"];
  const request = module.request(new URL(scheme + url.href.slice(url.protocol.length)), { headers, agent: false });
  const tooLate = new Error(`no answer to the handshake within ${HANDSHAKE_MS / 1_000} seconds`);
  const timer = setTimeout(() => request.destroy(tooLate), HANDSHAKE_MS);
  request.end();
  const opened = new Promise((resolve, reject) => {
    request.on("error", reject);
    request.on("response", (response) => {
      reject(new HandshakeRefused(response));
      request.destroy();
    });
    request.on("upgrade", (response, stream, head) => {
      const accept = createHash("sha1")
        .update(key + ACCEPT_SUFFIX)
        .digest("base64");
      if (response.headers["sec-websocket-accept"] === accept) {
        resolve(new Socket(stream, head, response.headers["sec-websocket-protocol"]));
      } else {
        stream.destroy();
        reject(
          new Error("the answer to the handshake comes from no WebSocket server: its Sec-WebSocket-Accept is wrong"),
        );
      }
    });
  });
  return opened.finally(() => clearTimeout(timer));
}

/** An open socket. Keeps every frame that has arrived. */
class Socket {
  #stream;
  #reader = new FrameReader();
  #fragments = [];
  #received = 0;
  #onChange = new Set();
  /** The frames of the protocol that have arrived, parsed, in order. */
  heard = [];
  /** Frames that are no JSON object in a text. */
  foreign = 0;
  pongs = 0;
  /** The subprotocol that the server named: the token, given back. */
  protocol;
  /** The code that the socket was closed with; `undefined` while it is open. */
  closeCode;
  /** What the close frame said besides. */
  closeReason = "";

  constructor(stream, head, protocol) {
    this.#stream = stream;
    this.protocol = protocol;
    stream.on("data", (bytes) => this.#take(bytes));
    stream.on("error", () => {});
    stream.on("close", () => this.#change(() => (this.closeCode ??= CUT)));
    if (head.length > 0) this.#take(head);
    stream.resume();
  }

  send(frame) {
    this.#write(TEXT, Buffer.from(JSON.stringify(frame)));
  }

  /** Sends a control ping. */
  ping() {
    this.#write(PING, Buffer.alloc(0));
  }

  /** Sends a frame and resolves with the first later one that `isAnswer`, or `undefined`. */
  ask(frame, isAnswer, ms) {
    const from = this.heard.length;
    this.send(frame);
    return this.wait(() => this.heard.slice(from).find(isAnswer), ms);
  }

  /** Resolves with what `look` returns as soon as it is something; with `undefined` at the end of the time or socket. */
  wait(look, ms) {
    return new Promise((resolve) => {
      const done = (value) => {
        clearTimeout(timer);
        this.#onChange.delete(check);
        resolve(value);
      };
      const check = () => {
        const found = look();
        if (found || this.closeCode !== undefined) done(found || undefined);
      };
      const timer = setTimeout(done, ms);
      this.#onChange.add(check);
      check();
    });
  }

  /** Closes the socket and resolves with the code that the server gave back. */
  async close(code = 1000) {
    if (this.closeCode === undefined) {
      const payload = Buffer.alloc(2);
      payload.writeUInt16BE(code);
      this.#write(CLOSE, payload);
      await this.wait(() => undefined, CLOSING_MS);
    }
    this.#stream.destroy();
    return this.closeCode ?? CUT;
  }

  #write(opcode, payload) {
    if (this.closeCode === undefined) this.#stream.write(encodeFrame(opcode, payload));
  }

  #take(bytes) {
    this.#received += bytes.length;
    if (this.#received > MOST_BYTES) this.#stream.destroy();
    else this.#change(() => this.#reader.read(bytes).forEach((frame) => this.#handle(frame)));
  }

  #handle({ opcode, isFinal, payload }) {
    if (opcode === PING) this.#write(PONG, payload);
    else if (opcode === PONG) this.pongs += 1;
    else if (opcode === CLOSE) {
      this.closeCode ??= payload.length >= 2 ? payload.readUInt16BE() : NO_CODE;
      this.closeReason = payload.subarray(2).toString();
      this.#stream.end();
    } else if ([TEXT, BINARY, CONTINUATION].includes(opcode)) {
      this.#fragments.push(payload);
      if (opcode === BINARY) this.foreign += 1;
      if (isFinal) this.#keep(Buffer.concat(this.#fragments.splice(0)).toString());
    }
  }

  #keep(text) {
    try {
      const frame = JSON.parse(text);
      if (frame && typeof frame === "object" && !Array.isArray(frame)) this.heard.push(frame);
      else this.foreign += 1;
    } catch {
      this.foreign += 1;
    }
  }

  #change(work) {
    work();
    for (const check of [...this.#onChange]) check();
  }
}
