// What the original's page and its sockets do otherwise.

import { Page } from "../browser.js";
import { needs } from "./uses.js";

const [CONNECTING, OPEN, CLOSING] = [0, 1, 2];
const RECONNECT = 4000;
const RECONNECTED_FROM = [1006, 1011, 1012, 1013, 1014, RECONNECT];
const CLOSE_DEADLINE_MS = 5_000;

/** A page for one connection, and none when its last channel is gone: 1 and 27. */
export class MendedPage extends Page {
  /** The channel objects of the page. */
  entries = new Set();
  /** What the channels are joined with, by name. */
  wishes = new Map();
  isOver = false;
  /** Attempts since a socket was open. */
  attempts = 0;
  /** How deep it is in what it does at an event. */
  depth = 0;

  on(name) {
    return [...this.entries].filter((entry) => entry.isOn && (name === undefined || entry.name === name));
  }

  wish(name, { history, presence } = {}) {
    const before = this.wishes.get(name) ?? { history: false, presence: false };
    this.wishes.set(name, { history: before.history || !!history, presence: before.presence || !!presence });
  }

  /** An object that is made while the socket opens comes behind those of its name that were there. */
  joinFirst(name) {
    const [first] = this.on(name);
    if (!first || !this.isOpen || this.socket.joined?.has(name) || !needs(10)) return;
    first.join();
    first.native.processOfflineMessageQueue();
  }

  /** Whether the open socket was not yet asked for all of it. */
  owesJoin(name) {
    return this.isOpen && this.socket.joined?.get(name) !== JSON.stringify(this.wishes.get(name));
  }

  get isOpen() {
    return this.socket?.readyState === OPEN;
  }

  /** Whether the last status that the original told is "connected". */
  get isConnected() {
    return this.hasSocket && this.socket.wasOpen && !this.socket.isAskedToClose;
  }

  get isWaiting() {
    return this.isAboutToWait || this.timers.size > 0;
  }

  /** Whether the original holds a socket. */
  get hasSocket() {
    return this.socket !== undefined && !this.socket.isOver;
  }

  address(url) {
    const { protocol, host, hostname } = this.base;
    if ((protocol === "https:" && host === hostname) || !needs(14)) return url;
    return `${protocol === "http:" ? "ws" : "wss"}://${host}${new URL(url).pathname}`;
  }

  outgoing(socket, text) {
    const { action, options } = JSON.parse(text);
    const { channel: name } = options;
    socket.joined ??= new Map();
    if (action === "leave") return this.#leave(socket, name, text);
    if (action !== "join") return text;
    // A channel that is made while connecting joins when the socket is open.
    if (socket.readyState === CONNECTING && needs(4)) return undefined;
    if (socket.readyState !== OPEN) return text;
    const isShared = this.on(name).length + (this.making === name) > 1;
    const wishes = JSON.stringify(this.wishes.get(name));
    if (socket.joined.get(name) === wishes && needs(this.isHearing ? 29 : isShared ? 10 : 4)) return undefined;
    socket.joined.set(name, wishes);
    const joined = `{"action":"join","options":${JSON.stringify({ channel: name })},"payload":${wishes}}`;
    return joined !== text && needs(isShared ? 10 : 26) ? joined : text;
  }

  #leave(socket, name, text) {
    if (socket.readyState === CONNECTING && needs(25)) return undefined;
    if (socket.readyState !== OPEN) return text;
    if (this.on(name).some((entry) => entry !== this.leaving) && needs(10)) return undefined;
    if (!socket.joined.delete(name) && needs(25)) return undefined;
    return text;
  }

  closingTime(code) {
    if (code !== RECONNECT) return this.closing_ms;
    this.socket.isAskedToClose = true;
    return this.closing_ms > CLOSE_DEADLINE_MS && needs(23) ? CLOSE_DEADLINE_MS : this.closing_ms;
  }

  /** A socket that the server has begun to close is not waited for any longer, either. */
  limitClosing() {
    const { socket } = this;
    if (socket.readyState !== CLOSING || socket.isAskedToClose || !needs(23)) return;
    socket.isAskedToClose = true;
    this.clock.set(() => socket.end(RECONNECT), CLOSE_DEADLINE_MS);
  }

  ended(socket, code) {
    socket.isOver = true;
    if (this.isOver) return;
    const { isAskedToClose, wasOpen } = socket;
    const told = this.#codeFor(socket, code);
    // The original sets its timer behind the handlers.
    this.isAboutToWait = RECONNECTED_FROM.includes(told);
    super.ended(socket, told);
    this.isAboutToWait = false;
    if (wasOpen) this.attempts = 0;
    if (isAskedToClose) return;
    if (code === 1009) this.tell("too_large");
    if (code === 1008) this.tell("policy");
    if (code === 4401) this.tell("unauthorized");
    if (!wasOpen && ++this.attempts === 3) this.tell("cannot_connect");
  }

  #codeFor({ isAskedToClose }, code) {
    if (RECONNECTED_FROM.includes(code)) return code;
    if (isAskedToClose) return needs(23) ? RECONNECT : code;
    return [1001, 1005, 1009].includes(code) && needs(8) ? 1006 : code;
  }

  /** Hands an error to the handlers of a channel, or of all, as if the server had said it. */
  tell(code, name) {
    if (this.isOver || !needs(16)) return;
    const options = name === undefined ? {} : { channel: name };
    const payload = { message: code, code };
    this.socket.emit("message", { data: JSON.stringify({ action: "error", options, payload }) });
  }

  /** The last channel is gone. */
  end() {
    if (this.timers.size > 0 && needs(7)) this.clearTimers();
    this.isOver = needs(27);
  }

  run(...args) {
    if (this.isOver) return;
    this.depth += 1;
    super.run(...args);
    this.depth -= 1;
  }
}
