// A client without manners: a bare TCP connection that writes WebSocket frames as it likes, and reads only when told to.

import { once } from "node:events";
import { connect } from "node:net";

/** The payload of a message that nearly fills a frame. */
export const LARGE = "x".repeat(250_000);

const DEADLINE_MS = 30_000;
const TEXT = 0x81;
const CLOSE = 0x88;

export class Attacker {
  #socket;
  #chunks = [];
  #unparsedBytes = 0;
  /** Before so many bytes are there no frame is whole. */
  #neededBytes = 0;
  /** Payloads of text frames that arrived and were not handed out yet, as strings. */
  #texts = [];
  #onChange = () => {};
  /** Bytes received after the handshake. */
  received = 0;
  /** The code of the server's close frame; `null`: the connection ended without one. `undefined` while it is open. */
  closeCode;

  /**
   * Opens a socket. It reads until `pause` is called.
   *
   * @param {{port: number, socketUrl: string}} server
   * @param {{token?: string, address?: string, headers?: Record<string, string>}} [options] With an `address`, the socket
   *   speaks Realtime V2.
   */
  static async open(server, { token, address, headers = {} } = {}) {
    const attacker = new Attacker();
    const socket = connect(server.port, "127.0.0.1");
    attacker.#socket = socket;
    socket.on("error", () => {});
    await once(socket, "connect");
    const lines = [
      `GET ${address ? `/ws/${address}` : new URL(server.socketUrl).pathname} HTTP/1.1`,
      `Host: 127.0.0.1:${server.port}`,
      "Connection: Upgrade",
      "Upgrade: websocket",
      "Sec-WebSocket-Version: 13",
      "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
      ...(token ? [`Sec-WebSocket-Protocol: ${token}`] : []),
      ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
    ];
    socket.write(`${lines.join("\r\n")}\r\n\r\n`);
    await attacker.#readHandshake();
    return attacker;
  }

  /** Writes frames in one piece, as one segment where they fit. Objects are sent as JSON. */
  send(...frames) {
    this.sendBytes(Buffer.concat(frames.map((frame) => textFrame(frame))));
  }

  sendBytes(bytes) {
    this.#socket.write(bytes);
  }

  /** Reads nothing from now on: what the server sends stays with it. */
  pause() {
    this.#socket.pause();
  }

  resume() {
    this.#socket.resume();
  }

  /** The next frame of that action, or of one that a pattern matches, parsed; those before it are let go. */
  async hears(action) {
    const isIt = typeof action === "string" ? (name) => name === action : (name) => action.test(name);
    for (;;) {
      await this.arrival();
      const frame = JSON.parse(this.#texts.shift());
      if (isIt(frame.action)) return frame;
    }
  }

  /** Every frame that came so far and was not handed out, parsed. */
  take() {
    return this.#texts.splice(0).map((text) => JSON.parse(text));
  }

  /** Resolves when there is a frame to take. */
  async arrival() {
    await this.#until(() => this.#texts.length > 0 || this.closeCode !== undefined, "no frame");
    if (this.#texts.length === 0) throw new Error(`closed with ${this.closeCode}`);
  }

  /** Resolves with the close code, `null` where there was none. */
  async closed() {
    await this.#until(() => this.closeCode !== undefined, "still open");
    return this.closeCode;
  }

  end() {
    this.#socket.destroy();
  }

  async #readHandshake() {
    const socket = this.#socket;
    let head = Buffer.alloc(0);
    while (!head.includes("\r\n\r\n")) {
      const [bytes] = await once(socket, "data", { signal: AbortSignal.timeout(DEADLINE_MS) });
      head = Buffer.concat([head, bytes]);
    }
    const end = head.indexOf("\r\n\r\n") + 4;
    if (!head.toString("latin1").startsWith("HTTP/1.1 101")) throw new Error(head.toString("utf8", 0, 500));
    socket.on("data", (bytes) => this.#take(bytes));
    socket.on("close", () => this.#change(() => (this.closeCode ??= null)));
    this.#take(head.subarray(end));
  }

  #take(bytes) {
    this.received += bytes.length;
    this.#chunks.push(bytes);
    this.#unparsedBytes += bytes.length;
    if (this.#unparsedBytes >= this.#neededBytes) this.#change(() => this.#parse());
  }

  #parse() {
    let rest = Buffer.concat(this.#chunks);
    let frame = parse(rest);
    while (frame.payload) {
      if (frame.opcode === TEXT) this.#texts.push(frame.payload.toString());
      if (frame.opcode === CLOSE) this.closeCode ??= frame.payload.length >= 2 ? frame.payload.readUInt16BE() : 1005;
      rest = rest.subarray(frame.end);
      frame = parse(rest);
    }
    this.#chunks = [rest];
    this.#unparsedBytes = rest.length;
    this.#neededBytes = frame.end;
  }

  #change(work) {
    work();
    this.#onChange();
  }

  /** Asked again at every frame and at the end of the connection. */
  #until(isSo, otherwise) {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`${otherwise} after ${DEADLINE_MS} ms`)), DEADLINE_MS);
      this.#onChange = () => {
        if (!isSo()) return;
        clearTimeout(timer);
        resolve();
      };
      this.#onChange();
    });
  }
}

/** A masked text frame, as clients send it. An object is sent as JSON. */
export function textFrame(content) {
  return maskedFrame(TEXT, Buffer.from(typeof content === "string" ? content : JSON.stringify(content)));
}

/** A masked frame with that first byte. The mask is zero: the payload stands there as it is. */
export function maskedFrame(firstByte, payload) {
  const { length } = payload;
  const header = Buffer.alloc(length < 126 ? 2 : length < 65_536 ? 4 : 10);
  header[0] = firstByte;
  header[1] = 0x80 | (length < 126 ? length : length < 65_536 ? 126 : 127);
  if (header.length === 4) header.writeUInt16BE(length, 2);
  if (header.length === 10) header.writeBigUInt64BE(BigInt(length), 2);
  return Buffer.concat([header, Buffer.alloc(4), payload]);
}

/** The first frame, unmasked as servers send it; without payload where it is not whole, and then `end` bytes are needed. */
function parse(bytes) {
  if (bytes.length < 2) return { end: 2 };
  const short = bytes[1] & 0x7f;
  const start = short < 126 ? 2 : short === 126 ? 4 : 10;
  if (bytes.length < start) return { end: start };
  const length = short < 126 ? short : short === 126 ? bytes.readUInt16BE(2) : Number(bytes.readBigUInt64BE(2));
  const end = start + length;
  return bytes.length < end ? { end } : { opcode: bytes[0], payload: bytes.subarray(start, end), end };
}
