// A page without a browser: a global object of its own, sockets without a network, and time that the test moves.

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import vm from "node:vm";
import { Clock } from "../../support/clock.js";
import { script as bundle } from "../../support/package.js";

export { Clock, settled } from "../../support/clock.js";

const [CONNECTING, OPEN, CLOSING, CLOSED] = [0, 1, 2, 3];

/** With it the delay that our jitter draws is the one that the original always takes. */
const PINNED_RANDOM = 0.999_999;

/** Our bundle for a script tag. */
export const PACKAGE = fileURLToPath(new URL(`../../../pkg/dist/${bundle}`, import.meta.url));

// Compiled once for all pages.
export const original = script(createRequire(import.meta.url).resolve("@xano/js-sdk/dist/xano.min.js"));
export const ours = script(PACKAGE);

function script(file) {
  return new vm.Script(readFileSync(file, "utf8"), { filename: file });
}

/** What a page does. A test replaces what it wants to see. */
export const nobody = { opened() {}, sent() {}, closed() {}, reported() {}, warned() {} };

export class Page {
  /** Every socket the page made, oldest first. */
  sockets = [];
  /** The timers that are set. */
  timers = new Set();
  /** How long a socket takes to close when the page asks for it. */
  closing_ms = 0;
  #listeners = [];

  constructor(bundle, { clock = new Clock(), witness = nobody } = {}) {
    Object.assign(this, { clock, witness });
    const page = this;
    const report = (error) => witness.reported(error);
    const globals = vm.createContext({
      ...{ Event, EventTarget, AbortController, AbortSignal, DOMException, XMLHttpRequest: class {} },
      ...{ URL, URLSearchParams, TextEncoder, TextDecoder, FormData, File, Blob, Headers, Request, Response },
      ...{ ReadableStream, TransformStream, TextDecoderStream, localStorage: storage(), sessionStorage: storage() },
      ...{ document: { cookie: "" }, navigator: {}, location: new URL("https://page.test/") },
      console: { log() {}, debug() {}, warn: (text) => witness.warned(text), error: report },
      reportError: report,
      setTimeout: (run, after_ms) => this.#setTimer(run, after_ms),
      clearTimeout: (timer) => this.#clearTimer(timer),
      setInterval: (run, every_ms) => this.#setInterval(run, every_ms),
      clearInterval: (timer) => this.#clearTimer(timer.current),
      performance: { now: () => clock.now },
      addEventListener: (type, run) => this.#listeners.push({ type, run }),
      WebSocket: class WebSocket extends FakeSocket {
        constructor(url, protocols) {
          super(page, url, protocols);
        }
      },
    });
    globals.window = globals.self = globals.global = globals;
    vm.runInContext(`Math.random = () => ${PINNED_RANDOM}`, globals);
    bundle.runInContext(globals);
    this.globals = globals;
  }

  get socket() {
    return this.sockets.at(-1);
  }

  /** Without a storage of its own a client would meet the tokens of others. */
  client(settings) {
    const { XanoClient, XanoObjectStorage } = this.globals;
    return new XanoClient({ storage: new XanoObjectStorage(), ...settings });
  }

  /** Where a socket is about to connect to. */
  address(url) {
    return url;
  }

  /** What a socket is about to send: the text, or nothing. */
  outgoing(_socket, text) {
    return text;
  }

  /** When a timer that is set for then runs out. */
  delay(after_ms) {
    return after_ms;
  }

  /** The server has accepted this socket. */
  accepted(_socket) {}

  /** What a socket is about to hand to the page. */
  incoming(_socket, _text) {}

  /** It was handed to the page. */
  handedOut(_socket) {}

  /** The browser has a network again. */
  online() {
    for (const { type, run } of this.#listeners) if (type === "online") this.run(run, {});
  }

  /** How long this socket takes to close with that code. */
  closingTime(_code) {
    return this.closing_ms;
  }

  /** A socket is gone. */
  ended(socket, code, reason) {
    socket.emit("close", { code, reason });
  }

  /** Runs what the page has to do, as the browser does. */
  run(work, ...args) {
    try {
      work(...args);
    } catch (error) {
      this.witness.reported(error);
    }
  }

  #setTimer(run, after_ms) {
    const timer = this.clock.set(() => {
      this.timers.delete(timer);
      this.run(run);
    }, this.delay(after_ms));
    this.timers.add(timer);
    return timer;
  }

  #setInterval(run, every_ms) {
    const timer = {};
    const again = () => {
      timer.current = this.#setTimer(again, every_ms);
      run();
    };
    timer.current = this.#setTimer(again, every_ms);
    return timer;
  }

  #clearTimer(timer) {
    this.timers.delete(timer);
    this.clock.clear(timer);
  }

  clearTimers() {
    for (const timer of this.timers) this.#clearTimer(timer);
  }
}

class FakeSocket {
  static CONNECTING = CONNECTING;
  static OPEN = OPEN;
  static CLOSING = CLOSING;
  static CLOSED = CLOSED;

  readyState = CONNECTING;
  wasOpen = false;
  bufferedAmount = 0;
  #listeners = [];

  constructor(page, url, protocols) {
    for (const protocol of protocols ?? []) {
      if (!/^[\w!#$%&'*+.^`|~-]+$/.test(protocol)) throw new DOMException("an illegal subprotocol", "SyntaxError");
    }
    Object.assign(this, { page, url: page.address(String(url)), protocols: protocols && [...protocols] });
    this.madeAt = page.clock.now;
    page.sockets.push(this);
    page.witness.opened(this);
  }

  addEventListener(type, run) {
    this.#listeners.push({ type, run });
  }

  removeEventListener(type, run) {
    this.#listeners = this.#listeners.filter((listener) => listener.type !== type || listener.run !== run);
  }

  send(given) {
    const text = this.page.outgoing(this, given);
    if (text === undefined) return;
    if (this.readyState === CONNECTING) throw new DOMException("still connecting", "InvalidStateError");
    if (this.readyState === OPEN) this.page.witness.sent(this, text);
  }

  close(code = 1005) {
    if (this.readyState >= CLOSING) return;
    const wasOpen = this.readyState === OPEN;
    this.readyState = CLOSING;
    this.page.witness.closed(this, code);
    this.page.clock.set(() => this.end(wasOpen ? code : 1006), this.page.closingTime(code));
  }

  /** The server accepts the connection. */
  accept() {
    if (this.readyState !== CONNECTING) return;
    this.readyState = OPEN;
    this.wasOpen = true;
    this.page.accepted(this);
    this.emit("open", {});
  }

  /** The server sends a text. */
  deliver(text) {
    if (this.readyState !== OPEN) return;
    this.page.incoming(this, text);
    this.emit("message", { data: text, timeStamp: this.page.clock.now });
    this.page.handedOut(this);
  }

  /** The connection ends. A browser does not tell why one was never made. */
  end(code, reason = "") {
    if (this.readyState === CLOSED) return;
    const wasConnecting = this.readyState === CONNECTING;
    this.readyState = CLOSED;
    if (wasConnecting) this.page.ended(this, 1006, "");
    else this.page.ended(this, code, reason);
  }

  emit(type, event) {
    for (const listener of [...this.#listeners]) if (listener.type === type) this.page.run(listener.run, event);
  }
}

function storage() {
  const items = new Map();
  return {
    getItem: (key) => items.get(key) ?? null,
    setItem: (key, value) => items.set(key, `${value}`),
    removeItem: (key) => items.delete(key),
    clear: () => items.clear(),
  };
}
