// What the original's page and its sockets do otherwise.

import { Page } from "../browser.js";
import { needs } from "./uses.js";
import { Watch } from "./watch.js";

const [CONNECTING, OPEN, CLOSING, CLOSED] = [0, 1, 2, 3];
const RECONNECT = 4000;
const OVERLOADED = 1013;
const RECONNECTED_FROM = [1006, 1011, 1012, 1013, 1014, RECONNECT];
const CLOSE_DEADLINE_MS = 5_000;
const LAST_DELAY_MS = 60_000;
const BUFFERED_BYTES = 262_144;
const LATER_MS = 50;
const FRAMES_PER_TURN = 5;

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
  /** The names of the channels, by the numbers that ours gives them. */
  slots = [];
  /** Why the last socket is gone, and what comes next. */
  details = {};
  /** What the frame that is handed out has beside the fields that the original hands on. */
  more = {};
  #nextDelay_ms;
  #tries;

  constructor(...args) {
    super(...args);
    this.startOver();
  }

  /** The next delay is the shortest one again. */
  startOver() {
    this.#nextDelay_ms = 1_000;
    this.#tries = 0;
  }

  on(name) {
    return [...this.entries].filter((entry) => entry.isOn && (name === undefined || entry.name === name));
  }

  wish(name, { history, presence } = {}) {
    if (!this.slots.includes(name)) {
      const free = this.slots.indexOf(undefined);
      this.slots[free < 0 ? this.slots.length : free] = name;
    }
    const before = this.wishes.get(name) ?? { history: false, presence: false };
    this.wishes.set(name, { history: before.history || !!history, presence: before.presence || !!presence });
  }

  forget(name) {
    this.wishes.delete(name);
    if (this.slots.includes(name)) this.slots[this.slots.indexOf(name)] = undefined;
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

  /** Whether the browser is given no more frames. */
  get isSlow() {
    return this.isOpen && this.socket.bufferedAmount > BUFFERED_BYTES && needs(38);
  }

  /** What waits goes out as soon as the network takes it, a few frames of one channel after the other. */
  sendLater() {
    const { socket } = this;
    socket.turn ??= this.clock.set(() => {
      socket.turn = undefined;
      if (this.isOver || socket.readyState !== OPEN) return;
      if (!this.isSlow)
        this.#waiting()
          ?.splice(0, FRAMES_PER_TURN)
          .forEach((text) => socket.send(text));
      if (this.#waiting()) this.sendLater();
    }, LATER_MS);
  }

  /** The queue of the first channel on which something waits. */
  #waiting() {
    const queues = this.slots.map((name) => name !== undefined && this.on(name)[0]?.native.offlineMessageQueue);
    return queues.find((queue) => queue?.length > 0);
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
    if (action === "message" && !options.socketId && socket.readyState === OPEN) socket.watch?.expectEcho();
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
    if (this.closing_ms > CLOSE_DEADLINE_MS) this.socket.deadline = this.clock.now + CLOSE_DEADLINE_MS;
    return this.closing_ms > CLOSE_DEADLINE_MS && needs(23) ? CLOSE_DEADLINE_MS : this.closing_ms;
  }

  /** A socket that the server has begun to close is not waited for any longer, either. */
  limitClosing() {
    const { socket } = this;
    if (socket.readyState !== CLOSING || socket.isAskedToClose || !needs(23)) return;
    socket.isAskedToClose = true;
    socket.deadline = this.clock.now + CLOSE_DEADLINE_MS;
    this.clock.set(() => socket.end(RECONNECT), CLOSE_DEADLINE_MS);
  }

  accepted(socket) {
    socket.watch = new Watch(this, socket);
  }

  incoming(socket, text) {
    socket.watch.heard();
    let frame;
    try {
      frame = JSON.parse(text);
    } catch {
      return;
    }
    this.warn(frame);
    if (typeof frame === "object") {
      const { action, client, options, payload, ...more } = frame ?? {};
      this.more = more;
    }
    if (frame?.action !== "join" || socket.isAskedToClose) return;
    const name = frame.options?.channel;
    if (name && this.on(name).length > 0) socket.hasJoined = true;
  }

  handedOut() {
    this.more = {};
  }

  /** An error that nothing takes is named on the console, once for each channel and text. */
  warn(frame, key = frame?.payload?.message) {
    if (frame?.action !== "error") return;
    const channel = frame.options?.channel || undefined;
    const entries = this.on(channel);
    if (entries.length === 0 || entries.some(({ takesErrors }) => takesErrors)) return;
    const warning = `${channel} ${typeof key === "string" ? key : JSON.stringify(frame.payload)}`;
    if (this.warnings.has(warning)) return;
    this.warnings.add(warning);
    if (needs(43)) this.witness.warned();
  }

  delay(after_ms) {
    const delay_ms = this.#nextDelay_ms;
    if (this.isReplacing) return after_ms;
    this.#nextDelay_ms = Math.min(2 * delay_ms, LAST_DELAY_MS);
    return delay_ms !== after_ms && needs(36) ? delay_ms : after_ms;
  }

  /** Whether the open socket is one that was not asked to close. */
  isInUse(socket) {
    return !this.isOver && socket.wasOpen && !socket.isOver && !socket.isAskedToClose;
  }

  /** The socket is taken for a dead one. */
  giveUp(socket) {
    if (socket.readyState < CLOSING) this.witness.closed(socket, RECONNECT);
    socket.readyState = CLOSED;
    this.ended(socket, 1006, "");
  }

  /** A page that slept gives its socket up and makes another one before it tells anybody. */
  replace() {
    const { socket } = this;
    if (!socket || !this.isInUse(socket) || !needs(37)) return;
    const { socketObserver: observers } = this.on()[0].native;
    observers.notify = (action) => {
      delete observers.notify;
      observers.notifyCountChange();
      observers.notify(action);
    };
    this.isReplacing = true;
    this.giveUp(socket);
    this.isReplacing = false;
    this.clearTimers();
  }

  /** The network is back. */
  resume() {
    if (this.isOver) return;
    if (this.hasSocket) this.replace();
    else if (this.timers.size > 0 && needs(37)) this.connect();
  }

  /** A socket at once, where there is none. */
  connect() {
    this.clearTimers();
    this.on()[0].native.socketObserver.notifyCountChange();
  }

  ended(socket, code, reason) {
    socket.isOver = true;
    if (this.isOver) return;
    const { isAskedToClose, wasOpen } = socket;
    const told = this.#codeFor(socket, code);
    // The original sets its timer behind the handlers.
    const comesBack = RECONNECTED_FROM.includes(told);
    this.isAboutToWait = comesBack && !this.isReplacing;
    this.details = { code: this.clock.now >= socket.deadline ? 1006 : code, reason };
    if (socket.watch?.wasGood && this.details.code !== OVERLOADED) this.startOver();
    if (comesBack) {
      this.#tries += 1;
      Object.assign(this.details, { attempt: this.#tries, retryInMs: this.isReplacing ? 0 : this.#nextDelay_ms });
    }
    super.ended(socket, told, reason);
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
    this.warn({ action: "error", options }, code === "cannot_connect" ? `${code} ${this.group}` : code);
    this.socket?.emit("message", { data: JSON.stringify({ action: "error", options, payload }) });
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
