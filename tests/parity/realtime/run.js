// Runs a program on a library as it is, and writes down what can be seen of it, step by step.

import { Clock, Page, settled } from "./browser.js";
import { UNSAYABLE } from "./programs.js";

/** The codes of the failures that ours tells by itself: only their wording is free. */
const LOCAL_CODES = ["cannot_connect", "not_connected", "policy", "too_large", "unauthorized"];

/** A browser has no words of the server with these. */
const CODES_WITHOUT_REASON = [1005, 1006];

/** Longer than any timer of a page runs. */
const LONG_SLEEP_MS = 300_000;

export class Run {
  clock = new Clock();
  /** One entry for each step. */
  trace = [];
  objects = new Map();
  pages = [];
  #clients = new Map();
  #calls = new Map();

  constructor(program, bundle) {
    Object.assign(this, { program, bundle });
    this.witness = {
      opened: (socket) => {
        socket.group = this.#groupOf(socket);
        const { url, protocols } = socket;
        this.note(`sockets of ${socket.group}`, [url, protocols, `at ${this.clock.now} ms`]);
      },
      sent: (socket, text) => {
        this.note(`frames of ${socket.group} ${JSON.parse(text).options.channel}`, text);
        this.#answerSoon(socket, text);
      },
      closed: (socket, code) => this.note(`closed of ${socket.group}`, code),
      reported: (error) => this.note("reported", text(error)),
      warned: (_text) => this.note("warned", "about something"),
    };
  }

  async play() {
    for (const step of this.program.steps) {
      this.entry = {};
      this.trace.push(this.entry);
      this.take(step);
      await settled();
      await this.clock.advance(step.do === "time" ? step.ms : 0);
      this.#look();
      // In which order the handlers of different channels are called is nobody's business.
      this.entry.reported?.sort();
    }
    return this.trace;
  }

  take(step) {
    if (step.object && step.do !== "make" && !this.objects.has(step.object)) return;
    try {
      this[step.do](step);
    } catch (error) {
      this.note("thrown", error.name);
    }
  }

  note(what, seen) {
    this.entry[what] ??= [];
    this.entry[what].push(seen);
  }

  // The page

  make({ object, client, name, options }) {
    this.objects.set(object, this.client(client).channel(name, options));
  }

  on({ object, action, handler, errors, reaction }) {
    const [run, onError] = this.handler(object, handler, reaction);
    this.addHandler(object, [...(action === undefined ? [] : [action]), run, ...(errors ? [onError] : [])]);
  }

  addHandler(object, args) {
    this.objects.get(object).on(...args);
  }

  message({ object, payload, options }) {
    this.objects.get(object).message(payload === UNSAYABLE ? 1n : payload, options);
  }

  history({ object }) {
    this.objects.get(object).history();
  }

  whisper({ object, member, asks, payload }) {
    const present = this.objects.get(object).getPresence();
    const to = present[member % present.length];
    if (asks) to?.history();
    else to?.message(payload);
  }

  destroy({ object }) {
    this.objects.get(object).destroy();
  }

  /** A component is unmounted and mounted again, all in one tick. */
  remount({ object, made, on }) {
    for (const step of [{ do: "destroy", object }, made, on]) this.take(step);
  }

  reconnect({ client }) {
    this.client(client).realtimeReconnect();
  }

  token({ client, token }) {
    this.client(client).setRealtimeAuthToken(token);
  }

  // The server

  accept({ group }) {
    this.socket(group)?.accept();
  }

  frame({ group, text }) {
    this.socket(group)?.deliver(text);
  }

  closing({ group }) {
    const socket = this.socket(group);
    if (socket?.readyState === 1) socket.readyState = 2;
  }

  end({ group, code }) {
    this.socket(group)?.end(code, CODES_WITHOUT_REASON.includes(code) ? "" : `for ${code}`);
  }

  // The network, and the machine

  online() {
    for (const page of this.pages) page.online();
  }

  /** Timers that were due meanwhile run out when it wakes up. */
  sleep() {
    this.clock.now += LONG_SLEEP_MS;
  }

  slow({ group }) {
    const socket = this.socket(group);
    if (socket?.readyState === 1) socket.bufferedAmount = 300_000;
  }

  fast({ group }) {
    const socket = this.socket(group);
    if (socket) socket.bufferedAmount = 0;
  }

  time() {}

  // What it takes

  page(_group) {
    if (this.pages.length === 0) this.newPage();
    return this.pages[0];
  }

  newPage(Kind = Page) {
    const page = new Kind(this.bundle, this);
    page.closing_ms = this.program.closing_ms;
    this.pages.push(page);
    return page;
  }

  client(number) {
    const { group } = this.program.clients[number];
    const page = this.page(group);
    const key = `${number} in ${this.pages.indexOf(page)}`;
    if (!this.#clients.has(key)) this.#clients.set(key, page.client(this.settings(number)));
    return this.#clients.get(key);
  }

  settings(number) {
    const { group, base } = this.program.clients[number];
    const { hash, token } = this.program.groups[group];
    return { ...base, realtimeConnectionHash: hash, ...(token ? { realtimeAuthToken: token } : {}) };
  }

  /** The group's newest socket. */
  socket(group) {
    return this.pages
      .flatMap((page) => page.sockets)
      .filter((socket) => socket.group === group)
      .at(-1);
  }

  handler(object, name, reaction) {
    const call = (kind) => (action) => {
      const calls = (this.#calls.get(name) ?? 0) + 1;
      this.#calls.set(name, calls);
      this.note(`${name}, ${kind}`, `${canonical(action)} with ${this.present(object).length} present`);
      if (calls !== reaction?.call) return;
      if (reaction.throws) throw new Error(`${name} throws`);
      for (const step of reaction.steps) this.take(step);
    };
    return [call("called"), call("called with an error")];
  }

  present(object) {
    return this.objects.get(object).getPresence();
  }

  /** In the order of the channels: in which order a library joins them is nobody's business either. */
  #answerSoon(socket, text) {
    const answer = this.answer(text);
    if (!answer) return;
    const { channel } = JSON.parse(text).options;
    socket.answers ??= [];
    socket.answers.push({ channel, answer });
    this.clock.set(() => {
      socket.answers.sort((one, other) => (one.channel < other.channel ? -1 : Number(one.channel > other.channel)));
      socket.deliver(socket.answers.shift().answer);
    });
  }

  /** What the server says by itself to a frame; the rest is the program's to say. */
  answer(text) {
    const { action, options, payload } = JSON.parse(text);
    const { acknowledges, echoes } = this.program.server;
    if (action === "join" && acknowledges) return JSON.stringify({ action, options, payload: {} });
    if (action === "message" && !options.socketId && echoes) return JSON.stringify({ action, options, payload });
    return undefined;
  }

  #look() {
    for (const object of this.objects.keys()) {
      const present = this.present(object);
      if (present.length > 0) this.note(`present in ${object}`, present.map(memberText).join());
    }
  }

  #groupOf({ url, protocols }) {
    const { groups } = this.program;
    return groups.findIndex(
      ({ hash, token }, group) =>
        url.endsWith(`/rt/${hash}`) &&
        (groups.every((other) => other.hash !== hash || other.token === token) ||
          protocols?.[0].startsWith(`token-${group}`)),
    );
  }
}

function memberText({ channel, ...member }) {
  return `${JSON.stringify(member)} of ${channel.channel}`;
}

function canonical(action) {
  const { code } = action.payload ?? {};
  const isOurs = action.action === "error" && LOCAL_CODES.includes(code);
  const said = isOurs ? { action: "error", options: action.options, code } : action;
  // In which order the fields of a frame stand is nobody's business, nor whether one that is undefined is there.
  const fields = Object.entries(said).filter(([, value]) => value !== undefined);
  return JSON.stringify(Object.fromEntries(fields.sort()), (_, value) => (value === undefined ? "undefined" : value));
}

function text(error) {
  return `${error?.name}: ${error?.message}`;
}
