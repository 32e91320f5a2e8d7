// The frames of the WebSocket protocol (RFC 6455), as a client writes and reads them.

import { randomBytes } from "node:crypto";

export const CONTINUATION = 0;
export const TEXT = 1;
export const BINARY = 2;
export const CLOSE = 8;
export const PING = 9;
export const PONG = 10;

const FINAL = 0x80;
const MASKED = 0x80;

/** One masked frame. */
export function encodeFrame(opcode, payload) {
  const { length } = payload;
  const header = Buffer.alloc(length < 126 ? 2 : length < 65_536 ? 4 : 10);
  header[0] = FINAL | opcode;
  header[1] = MASKED | (length < 126 ? length : header.length === 4 ? 126 : 127);
  if (header.length === 4) header.writeUInt16BE(length, 2);
  if (header.length === 10) header.writeBigUInt64BE(BigInt(length), 2);
  const mask = randomBytes(4);
  return Buffer.concat([header, mask, payload.map((byte, at) => byte ^ mask[at % 4])]);
}

/** Cuts a stream of bytes into frames. */
export class FrameReader {
  #chunks = [];
  #buffered = 0;
  /** No frame is whole before so many bytes are there. */
  #needed = 2;

  /** Takes bytes, and returns the frames that are whole now. */
  read(bytes) {
    this.#chunks.push(bytes);
    this.#buffered += bytes.length;
    if (this.#buffered < this.#needed) return [];
    let rest = Buffer.concat(this.#chunks);
    const frames = [];
    for (;;) {
      const { frame, end } = decodeFrame(rest);
      this.#needed = end;
      if (!frame) break;
      frames.push(frame);
      rest = rest.subarray(end);
    }
    this.#chunks = [rest];
    this.#buffered = rest.length;
    return frames;
  }
}

/** The first frame and where it ends; no frame, and the bytes that it needs, where it is not whole. */
function decodeFrame(bytes) {
  if (bytes.length < 2) return { end: 2 };
  const announced = bytes[1] & 0x7f;
  const start = announced < 126 ? 2 : announced === 126 ? 4 : 10;
  if (bytes.length < start) return { end: start };
  const length = start === 2 ? announced : start === 4 ? bytes.readUInt16BE(2) : Number(bytes.readBigUInt64BE(2));
  const end = start + length;
  if (bytes.length < end) return { end };
  const frame = { opcode: bytes[0] & 0x0f, isFinal: bytes[0] >= FINAL, payload: bytes.subarray(start, end) };
  return { frame, end };
}
