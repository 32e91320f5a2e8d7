// A random program: clients of one page publish, move between connections and are destroyed while the network breaks.

import { Clock, settled } from "./clock.js";
import { faultsOfMember, faultsOfPublished, isLate, LOOKED_EVERY_MS } from "./model-judge.js";
import { Member } from "./model-member.js";
import { ModelPage } from "./model-page.js";
import { ModelServer } from "./model-server.js";
import { Dice } from "./random.js";

const CHANNELS = ["x-men", "avengers"];
const TOKENS = [undefined, "magneto", "xavier"];
const WAITS_MS = [0, 1, 30, 300, 1_500, 4_000, 20_000];
const STEPS = 90;
const THROWN = "thrown by a handler";
const WORKS = {
  ...{ join: 8, message: 8, publish: 16, destroy: 4, token: 4, reconnect: 3 },
  ...{ others: 14, cut: 7, stall: 3, restart: 2, buffer: 3, wait: 40 },
};

export class Program {
  clock = new Clock();
  members = [];
  published = [];
  faults = [];
  /** What was done, to read when something is wrong. */
  steps = [];
  counts = { heard: 0, replayed: 0, gaps: 0, moved: 0, thrown: 0 };
  #texts = 0;
  #names = 0;
  /** The subscriptions that a channel object was seen on. */
  subscriptions = new WeakSet();

  constructor(seed, script) {
    this.dice = new Dice(seed);
    const { clock, dice } = this;
    this.server = new ModelServer({ clock, dice, hasExtensions: dice.chance(0.85), keeps: dice.pick([0, 4, 40]) });
    const reported = (error) => {
      if (error.message === THROWN) this.counts.thrown += 1;
      else this.faults.push(`reported: ${error.stack}`);
    };
    this.page = new ModelPage(script, { server: this.server, clock, dice, reported });
    this.clients = dice.times(1 + dice.below(3), () =>
      this.page.client({
        instanceBaseUrl: "https://x8.xano.io",
        realtimeConnectionHash: "hash",
        realtimeAuthToken: dice.pick(TOKENS),
      }),
    );
  }

  /** Plays it to its end and returns what was wrong. */
  async play() {
    for (let step = 0; step < STEPS; step += 1) {
      this.#do(this.dice.weighted(WORKS));
      await this.#pass(this.dice.chance(0.5) ? 0 : this.dice.pick(WAITS_MS));
    }
    await this.#mend();
    this.#judge();
    return this.faults;
  }

  /** Looks often enough to see a connection change. */
  async #pass(ms) {
    await settled();
    for (let left = ms; left >= 0; left -= LOOKED_EVERY_MS) {
      await this.clock.advance(Math.min(left, LOOKED_EVERY_MS));
      for (const member of this.alive) member.follow();
      for (const each of this.published) {
        if (!isLate(each, this.clock.now) || each.isLate) continue;
        each.isLate = true;
        this.faults.push(
          `${each.text} by ${each.label} is pending after ${this.clock.now - each.since()} ms connected`,
        );
      }
    }
  }

  #do(work) {
    const { alive } = this;
    const sockets = [...this.server.sockets];
    if (["message", "publish", "destroy"].includes(work)) {
      if (alive.length > 0) this[work](this.dice.pick(alive));
    } else if (["cut", "stall", "buffer"].includes(work)) {
      if (sockets.length > 0) this[work](this.dice.pick(sockets));
    } else this[work]();
  }

  #note(text) {
    this.steps.push(`${this.clock.now} ms: ${text}`);
  }

  get alive() {
    return this.members.filter(({ isDestroyed }) => !isDestroyed);
  }

  // The page

  join() {
    if (this.alive.length === 6) return;
    const { dice } = this;
    const options = { recover: dice.chance(0.7), history: dice.chance(0.2), queueOfflineActions: dice.chance(0.9) };
    const name = dice.pick(CHANNELS);
    const client = dice.below(this.clients.length);
    this.#names += 1;
    const label = `c${this.#names}`;
    this.#note(`${label} = client${client}.channel("${name}", ${JSON.stringify(options)})`);
    const channel = this.clients[client].channel(name, options);
    const member = new Member(this, { label, name, channel, recovers: options.recover });
    this.members.push(member);
    const reaction = dice.weighted({ none: 12, throws: 2, destroys: 1, publishes: 2, cuts: 1 });
    const at = dice.below(8);
    const hear = (action) => {
      member.hear(action);
      if (reaction === "throws") throw new Error(THROWN);
      if (this.server.isCalm) return;
      if (action.action === "message" && member.heard.length === at) this.#react(member, reaction);
    };
    channel.on(hear, hear);
    member.follow();
  }

  #react(member, reaction) {
    if (reaction === "destroys") this.destroy(this.dice.pick(this.alive));
    if (reaction === "publishes" && !member.isDestroyed) this.publish(member);
    if (reaction === "cuts") for (const socket of [...this.server.sockets]) this.cut(socket);
  }

  #text() {
    this.#texts += 1;
    return `t${this.#texts}`;
  }

  message({ channel, label }) {
    const text = this.#text();
    this.#note(`${label}.message("${text}")`);
    channel.message(text);
  }

  publish(member) {
    const { channel, label, name } = member;
    for (let count = this.dice.pick([1, 1, 3]); count > 0; count -= 1) {
      const text = this.#text();
      const from = this.clock.now;
      // The time that the server has had: since it was published, or since the connection is there.
      const since = () => Math.max(from, member.connectedAt());
      const published = { text, name, member, label, since, outcomes: [], sentIn: this.server.sentIn(text) };
      this.published.push(published);
      this.#note(`${label}.publish("${text}")`);
      const settle = (outcome) => {
        const { epoch } = this.server;
        const at = this.clock.now;
        published.outcomes.push({ ...outcome, epoch, at, since: since() });
        this.#note(`${text} is told ${JSON.stringify(outcome)}`);
      };
      channel.publish(text).then(settle, ({ code }) => settle({ code }));
    }
  }

  destroy(member) {
    this.#note(`${member.label}.destroy()`);
    member.channel.destroy();
    member.isDestroyed = true;
  }

  token() {
    const client = this.dice.below(this.clients.length);
    const token = this.dice.pick(TOKENS);
    this.#note(`client${client} has the token ${token}`);
    this.clients[client].setRealtimeAuthToken(token ?? null);
    if (this.dice.chance(0.7)) this.reconnect(client);
  }

  reconnect(client = this.dice.below(this.clients.length)) {
    this.#note(`client${client}.realtimeReconnect()`);
    this.clients[client].realtimeReconnect();
  }

  // The server, and the network

  others() {
    const name = this.dice.pick(CHANNELS);
    for (let count = this.dice.pick([1, 1, 2, 6]); count > 0; count -= 1) {
      const text = this.#text();
      this.#note(`another member says ${text} on ${name}`);
      this.server.say(name, text);
    }
  }

  cut(socket) {
    this.#note(`the connection of ${socket.protocols ?? "nobody"} is cut`);
    this.server.cut(socket);
  }

  stall(socket) {
    this.#note(`the connection of ${socket.protocols ?? "nobody"} stalls`);
    this.server.stall(socket);
  }

  restart() {
    this.#note("the server restarts");
    this.server.restart();
  }

  buffer(socket) {
    socket.bufferedAmount = socket.bufferedAmount ? 0 : 300_000;
    this.#note(`the network takes ${socket.bufferedAmount ? "nothing" : "everything"} of ${socket.protocols}`);
  }

  wait() {}

  // The end

  /** Connections hold again; then everything is destroyed. */
  async #mend() {
    const { server } = this;
    this.#note("everything mends");
    server.isCalm = true;
    for (const socket of [...server.sockets]) {
      socket.bufferedAmount = 0;
      server.cut(socket, 1006);
    }
    for (const client of this.clients) client.realtimeReconnect();
    await this.#pass(90_000);
    for (const name of CHANNELS) server.say(name, `end of ${name}`);
    await this.#pass(5_000);
    for (const { label, name, heard } of this.alive) {
      if (!heard.some(({ text }) => text === `end of ${name}`))
        this.faults.push(`${label} is not on ${name} at the end`);
    }
    for (const each of this.published) {
      if (each.outcomes.length === 0) this.faults.push(`${each.text} by ${each.label} is pending at the end`);
    }
    for (const member of this.alive) this.destroy(member);
    await this.#pass(5_000);
    const left = this.page.left();
    if (left.length > 0) this.faults.push(`left behind: ${left}`);
  }

  #judge() {
    const { said } = this.server;
    const published = new Set(this.published.map(({ text }) => text));
    const isOwn = (text) => published.has(text);
    for (const member of this.members) this.faults.push(...faultsOfMember(member, said.get(member.name) ?? [], isOwn));
    for (const published of this.published) {
      this.faults.push(...faultsOfPublished(published, this.server));
      const [outcome] = published.outcomes;
      const code = outcome?.code ?? "taken";
      this.counts[code] = (this.counts[code] ?? 0) + 1;
    }
    Object.assign(this.counts, this.server.counts);
  }
}
