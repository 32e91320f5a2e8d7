import { report } from "./dispatch.js";
import { decide } from "./engine.js";
import { CLOSED, OPENED, TURN_MS, WRITABLE } from "./numbers.js";
import { receive } from "./receive.js";
import { run } from "./turns.js";

/** @import { Connection } from "./connection.js" */

/** How much the browser is given to send before the network has taken it. */
const BUFFERED_BYTES = 262_144;
const WEBSOCKET_OPEN = 1;
/** No page is as old: a later time counts from 1970. */
const OLDEST_PAGE_MS = 1e11;

/**
 * The sockets of the page, oldest first.
 * @type {Set<Link>}
 */
export const links = new Set();

/** One socket with its listeners. */
export class Link {
  isDiscarded = false;
  isPinged = false;
  /** What the server said when it closed. */
  reason = "";
  /**
   * The last frame's event. It bears its time, except for events of the npm package `ws`: no clock is asked for each message.
   * @type {{ timeStamp: number } | undefined}
   */
  heard;
  /** What it was when the connection's timer was set. */
  heardBefore = /** @type {object | undefined} */ (undefined);
  /** When a frame went out, on V2. */
  sent_ms = 0;
  /** @type {any} */
  poll;

  /**
   * Throws where the platform makes no socket.
   * @param {Connection} connection
   * @param {number} generation
   * @param {string} [token]
   */
  constructor(connection, generation, token) {
    this.connection = connection;
    this.generation = generation;
    const { url } = connection;
    const socket = token === undefined ? new WebSocket(url) : new WebSocket(url, [token]);
    this.socket = socket;
    /** @type {Record<string, (event: any) => void>} */
    this.listeners = {
      open: () => this.tell(OPENED),
      message: (event) => {
        // In React Native it may be missing, in Cloudflare's Workers it is 0.
        this.heard = event.timeStamp ? event : { timeStamp: performance.now() };
        run(receive, this, event.data);
      },
      close: ({ code, reason }) => {
        links.delete(this);
        this.reason = reason ?? "";
        run(() => {
          if (!this.isDiscarded) decide(connection, CLOSED, generation, code);
          this.isDiscarded = true;
        });
      },
    };
    for (const type in this.listeners) socket.addEventListener(type, /** @type {any} */ (this.listeners)[type]);
    // The close event tells it all; but where sockets are emitters, as on Node 20, an error that nothing hears is thrown.
    socket.addEventListener("error", () => {});
    links.add(this);
  }

  /**
   * Tells the engine what happened to the socket.
   * @param {number} input
   */
  tell(input) {
    run(() => {
      if (!this.isDiscarded) decide(this.connection, input, this.generation);
    });
  }

  /**
   * The browser drops what it is given while closing, without a word, and what a slow network does not take it keeps in
   * memory.
   */
  takesFrames() {
    return this.socket.readyState === WEBSOCKET_OPEN && !(this.socket.bufferedAmount > BUFFERED_BYTES);
  }

  awaitWritable() {
    this.poll ??= setInterval(() => {
      const takes = this.takesFrames();
      if (!takes && this.socket.readyState === WEBSOCKET_OPEN) return;
      this.poll = clearInterval(this.poll);
      if (takes) this.tell(WRITABLE);
    }, TURN_MS);
  }

  /** Asks the server whether it is there. */
  ping() {
    this.isPinged = true;
    this.sendIfOpen('{"action":"ping"}');
  }

  /** How long ago the last frame came; on V2, went out. In React Native, up to version 0.76, the time of an event counts from 1970. */
  quiet_ms() {
    if (this.connection.isV2) return performance.now() - this.sent_ms;
    const heard = this.heard?.timeStamp ?? 0;
    return (heard > OLDEST_PAGE_MS ? Date.now() : performance.now()) - heard;
  }

  /** From now on it matters whether anything comes. */
  listen() {
    this.heardBefore = this.heard;
  }

  /** Whether anything came since. */
  wasHeard() {
    return this.heard !== this.heardBefore;
  }

  /**
   * Sends what was decided before, unless the socket closes now: browsers drop what they are given then, other platforms throw.
   * @param {string} text
   */
  sendIfOpen(text) {
    if (this.socket.readyState !== WEBSOCKET_OPEN) return;
    this.sent_ms = performance.now();
    this.send(text);
  }

  /** @param {string} text */
  send(text) {
    if (this.connection.debugging) console.log("xano: sent", text);
    try {
      this.socket.send(text);
    } catch (error) {
      // The socket's own events say how it goes on.
      report(error);
    }
  }

  /** @param {number} code */
  close(code) {
    this.socket.close(code);
  }

  /**
   * Closes the socket and stops listening to it.
   * @param {number} code
   */
  discard(code) {
    this.isDiscarded = true;
    links.delete(this);
    for (const type in this.listeners) this.socket.removeEventListener(type, /** @type {any} */ (this.listeners)[type]);
    this.socket.close(code);
  }
}
