// Random programs: what a page does, what its server does, and how time goes on.

import { mutations, nonsense } from "../../support/hostile-frames.js";
import { Dice } from "../../support/random.js";

const HOSTILE = [...mutations(), ...nonsense(2_000)];

const BASES = [
  { instanceBaseUrl: "https://x8.xano.io" },
  { apiGroupBaseUrl: "https://x8.xano.io/api:demo" },
  { instanceBaseUrl: "https://chat.example:8443/", apiGroupBaseUrl: "https://elsewhere.example" },
  { apiGroupBaseUrl: "http://localhost:8080/api:demo" },
];
const NAMES = ["a", "b", "__proto__", "日本/🇯🇵"];
const ACTIONS = ["message", "event", "history", "presence_update", "presence_full", "join", "error"];
const WISHES = [undefined, true, false, 1];
const CLOSE_CODES = [1000, 1001, 1005, 1006, 1006, 1006, 1008, 1009, 1011, 1012, 1013, 1014, 4000, 4401, 4999];
const PAYLOADS = [undefined, null, true, 0, -1.5, "", "text", "😀", [], [1, ["two"]], {}, { a: { b: [null] } }];
/** What JSON cannot say. */
export const UNSAYABLE = "unsayable";

/** The program of a seed: the same one at every run. */
export function programOf(seed) {
  return new Author(new Dice(seed)).write();
}

/** A program whose server says these texts to two channels that listen to everything. */
export function hearing(texts) {
  const listen = (object, name) => [
    { do: "make", object, client: 0, name, options: { presence: true } },
    ...[undefined, ...ACTIONS, "connection_status"].map((action) => ({
      ...{ do: "on", object, action, handler: `${object}.${action ?? "all"}`, errors: action !== "error" },
    })),
  ];
  const frames = texts.map((text) => ({ do: "frame", group: 0, text }));
  return {
    ...{
      groups: [{ hash: "hash" }],
      clients: [{ group: 0, base: BASES[0] }],
      closing_ms: 0,
      server: { acknowledges: true, echoes: true },
    },
    steps: [...listen("c1", "a"), ...listen("c2", "b"), { do: "accept", group: 0 }, ...frames],
  };
}

class Author {
  constructor(dice) {
    this.dice = dice;
    this.objects = [];
    this.names = [];
    this.handlers = 0;
    this.tokens = 0;
    this.steps = [];
  }

  write() {
    const { dice } = this;
    this.groups = this.#groups();
    this.clients = this.groups.flatMap(({ base }, group) =>
      dice.times(dice.chance(0.3) ? 2 : 1, () => ({ group, base })),
    );
    for (const client of this.clients.keys()) {
      this.#channel(client);
      if (dice.chance(0.8)) this.#accept(this.clients[client].group);
    }
    const length = 12 + dice.below(40);
    while (this.steps.length < length) this.#any();
    this.#end();
    const { clients, groups, steps } = this;
    const server = { acknowledges: dice.chance(0.7), echoes: dice.chance(0.7) };
    return { groups, clients, closing_ms: dice.pick([0, 0, 300, 8_000]), server, steps };
  }

  /** Clients of one group have one URL and one token, and so share a socket. */
  #groups() {
    const { dice } = this;
    const base = dice.pick(BASES);
    if (dice.chance(0.6)) return [{ base, hash: "hash", token: dice.pick([undefined, "token-0"]) }];
    if (dice.chance(0.5)) return dice.times(2, (n) => ({ base, hash: "hash", token: `token-${n}` }));
    return dice.times(2, (n) => ({ base: dice.pick(BASES), hash: `hash-${n}` }));
  }

  #any() {
    const { dice } = this;
    const what = dice.weighted({
      ...{ channel: 6, on: 5, accept: 8, frames: 20, message: 12, history: 3, whisper: 6, destroy: 4 },
      ...{ end: 5, close: 1, time: 5, reconnect: 3, token: 2, remount: 2 },
      ...{ online: 1, sleep: 1, slow: 2, fast: 2 },
    });
    if (what === "channel") return this.#channel();
    if (what === "frames") return this.steps.push(...dice.times(1 + dice.below(4), () => this.#frame()));
    const step = this[`_${what}`]();
    this.steps.push(step);
    if (step.do === "token" && dice.chance(0.7)) this.#reconnect(step.client);
    if (["online", "sleep"].includes(step.do)) for (const group of this.groups.keys()) this.#recover(group);
    if (["reconnect", "end"].includes(step.do)) this.#recover(step.group ?? this.clients[step.client].group);
  }

  #reconnect(client) {
    this.steps.push({ do: "reconnect", client });
    this.#recover(this.clients[client].group);
  }

  /** Mostly the connection is there again before anything else happens. */
  #recover(group) {
    if (this.dice.chance(0.3)) return;
    this.steps.push({ do: "time", ms: 61_000 });
    this.#accept(group);
  }

  #accept(group) {
    this.steps.push({ do: "accept", group });
  }

  /** A channel object and its handlers, mostly at once. */
  #channel(client = this.dice.below(this.clients.length)) {
    const { object } = this.#make(client);
    const handlers = this.dice.pick([0, 1, 1, 2, 2, 3]);
    for (let n = 0; n < handlers; n++) {
      if (this.dice.chance(0.05)) this.#any();
      this.steps.push(this.#on(object));
    }
  }

  #make(client) {
    this.steps.push(this.#made(client));
    return this.steps.at(-1);
  }

  #made(client) {
    const { dice } = this;
    const object = `c${this.objects.push(this.objects.length + 1)}`;
    const options = dice.chance(0.2)
      ? undefined
      : { history: dice.pick(WISHES), presence: dice.pick(WISHES), queueOfflineActions: dice.pick(WISHES) };
    const name = this.#name();
    this.names.push(name);
    return { do: "make", object, client, name, options };
  }

  #on(object) {
    const { dice } = this;
    this.handlers += 1;
    const handler = `h${this.handlers}`;
    const action = dice.chance(0.5) ? undefined : dice.pick([...ACTIONS, "connection_status"]);
    const reaction = dice.chance(0.3) ? this.#reaction(object, action) : undefined;
    return { do: "on", object, action, handler, errors: dice.chance(0.6), reaction };
  }

  /** What a handler does when it is called for the nth time. */
  #reaction(object, action) {
    const { dice } = this;
    const what = dice.weighted({ throw: 4, message: 3, on: 2, destroy: 2, channel: 2, reconnect: 1 });
    const call = 1 + dice.below(3);
    if (what === "throw") return { call, throws: true };
    if (what === "message") return { call, steps: [{ ...this._message(), object }] };
    if (what === "on") return { call, steps: [{ ...this.#on(object), reaction: undefined }] };
    if (what === "destroy") return { call, steps: [{ do: "destroy", object }] };
    if (what === "reconnect" && ["message", "event"].includes(action)) return { call, steps: [this._reconnect()] };
    const made = this.#made(dice.below(this.clients.length));
    return { call, steps: [made, { ...this.#on(made.object), reaction: undefined }] };
  }

  _on() {
    return this.#on(this.#object());
  }

  _accept() {
    return { do: "accept", group: this.#group() };
  }

  _message() {
    const { dice } = this;
    const payload = dice.chance(0.04) ? UNSAYABLE : dice.pick(PAYLOADS);
    const options = dice.pick([undefined, undefined, { authenticated: true, socketId: null }, { socketId: "s1" }]);
    return { do: "message", object: this.#object(), payload, options };
  }

  _history() {
    return { do: "history", object: this.#object() };
  }

  _whisper() {
    const asks = this.dice.chance(0.3);
    return { do: "whisper", object: this.#object(), member: this.dice.below(4), asks, payload: "psst" };
  }

  _destroy() {
    return { do: "destroy", object: this.#object() };
  }

  _remount() {
    const object = this.#object();
    const made = this.#made(this.dice.below(this.clients.length));
    return { do: "remount", object, made, on: { ...this.#on(made.object), reaction: undefined } };
  }

  #frame() {
    return { do: "frame", group: this.#group(), text: this.#text() };
  }

  _end() {
    return { do: "end", group: this.#group(), code: this.dice.pick(CLOSE_CODES) };
  }

  /** The server has begun to close: the socket takes no frames any more, and is not gone yet. */
  _close() {
    return { do: "closing", group: this.#group() };
  }

  _online() {
    return { do: "online" };
  }

  _sleep() {
    return { do: "sleep" };
  }

  /** The network takes nothing of what the socket is given any more. */
  _slow() {
    return { do: "slow", group: this.#group() };
  }

  _fast() {
    return { do: "fast", group: this.#group() };
  }

  _time() {
    return { do: "time", ms: this.dice.pick([100, 700, 1_000, 3_000, 6_000, 61_000]) };
  }

  _reconnect() {
    return { do: "reconnect", client: this.dice.below(this.clients.length) };
  }

  /** Only a client that shares its connection with nobody gets another token. */
  _token() {
    const { dice } = this;
    const alone = this.clients.flatMap(({ group }, client) =>
      this.clients.filter((other) => other.group === group).length === 1 ? [client] : [],
    );
    if (alone.length === 0) return this._time();
    const client = dice.pick(alone);
    const { group } = this.clients[client];
    this.tokens += 1;
    const mayBeNone = this.groups.every(({ hash }, other) => other === group || hash !== this.groups[group].hash);
    const token = mayBeNone && dice.chance(0.3) ? null : `token-${group}-${this.tokens}`;
    return { do: "token", client, token };
  }

  /** Whatever happened: does everything work afterwards? */
  #end() {
    const groups = this.groups.map((_, group) => group);
    for (let n = 0; n < 2; n++) {
      this.steps.push({ do: "time", ms: 61_000 });
      for (const group of groups) this.steps.push({ do: "accept", group });
    }
    for (const group of groups) {
      for (const name of NAMES) {
        const text = JSON.stringify({ action: "message", options: { channel: name }, payload: "the end" });
        this.steps.push({ do: "frame", group, text });
      }
    }
    for (const number of this.objects) this.steps.push({ do: "message", object: `c${number}`, payload: "the end" });
    for (const number of this.objects) this.steps.push({ do: "destroy", object: `c${number}` });
  }

  #text() {
    const { dice } = this;
    const what = dice.weighted({ plausible: 6, hostile: 3, none: 1 });
    if (what === "hostile") return dice.pick(HOSTILE);
    if (what === "none") return dice.pick(["", "{", "null", "5", '"message"', "[]", '{"action":""}']);
    const options = dice.chance(0.9)
      ? { channel: this.#knownName() }
      : dice.pick([undefined, null, {}, { channel: null }]);
    const action = dice.pick([...ACTIONS, "presence_full", "presence_update", "message", "something_new"]);
    const client = dice.pick([undefined, null, this.#person()]);
    const more = dice.chance(0.1) ? { id: "17-0", type: "chat", replayed: true } : {};
    return JSON.stringify({ action, client, options, payload: this.#content(action), ...more });
  }

  #content(action) {
    const { dice } = this;
    const people = () => dice.times(dice.below(4), () => this.#person());
    if (action === "presence_full") return { presence: people() };
    if (action === "presence_update") return { action: dice.pick(["join", "join", "leave"]), presence: this.#person() };
    if (action === "history") return { history: [{ action: "message", payload: "kept" }] };
    if (action === "error") return { message: "No settings for channel name" };
    return dice.pick(PAYLOADS);
  }

  #person() {
    const number = this.dice.below(4);
    return { socketId: `s${number}`, extras: { name: "Ann" }, permissions: { dbo_id: 1, row_id: this.dice.below(9) } };
  }

  #name() {
    return this.dice.pick(NAMES.slice(0, this.dice.pick([1, 2, 4])));
  }

  /** Mostly that of a channel object. */
  #knownName() {
    return this.dice.chance(0.8) ? this.dice.pick(this.names) : this.#name();
  }

  #object() {
    return `c${this.dice.pick(this.objects)}`;
  }

  #group() {
    return this.dice.below(this.groups.length);
  }
}
