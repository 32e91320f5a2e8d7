// A random program on V2: clients of one page send, publish, move between connections and are destroyed while the network
// breaks, handlers fail, and frames come that no service sends.

import { Clock, settled } from "../clock.js";
import { ModelPage } from "../model-page.js";
import { Dice } from "../random.js";
import { ADDRESS, tokenOf } from "../v2/rooms.js";
import { CHANNELS, settingsFor } from "./channels.js";
import { faultsOfPublished, isLate, LOOKED_EVERY_MS } from "./judge.js";
import { THROWN } from "./member.js";
import { Network } from "./network.js";
import { Wire } from "./wire.js";
import { Works } from "./works.js";

const CLIENT_IDS = [undefined, undefined, "tab-1", "tab-2"];
const WAITS_MS = [0, 1, 30, 300, 1_500, 4_000, 20_000, 50_000];
const STEPS = 80;
const WORKS = {
  ...{ join: 8, message: 8, publish: 14, direct: 2, destroy: 4, renew: 2, token: 3, reconnect: 3 },
  ...{ others: 14, duplicate: 3, odd: 4, swarm: 0.1, flood: 0.1 },
  ...{ cut: 7, stall: 2, restart: 1, buffer: 3, online: 1, wait: 40 },
};
const ON_A_MEMBER = ["message", "publish", "flood", "direct", "destroy", "renew"];
const ON_A_SOCKET = ["cut", "stall", "buffer", "odd", "swarm", "duplicate"];
/** How much memory the engine of a page may have at the end. */
const MOST_MEMORY = 2 * 1_048_576;

export class Program extends Works {
  clock = new Clock();
  /** What a client may have as its token: one, none, or a function that gives one. */
  tokens = [undefined, tokenOf(7), tokenOf(8), () => this.#provided(tokenOf(7))];
  #said = new Map();

  constructor(seed, script) {
    super();
    this.dice = new Dice(seed);
    const { clock, dice } = this;
    this.isHostile = dice.chance(0.2);
    this.wire = new Wire(this);
    this.wire.faults = this.faults;
    const settings = settingsFor((text) => this.#said.set(text, (this.#said.get(text) ?? 0) + 1));
    this.network = new Network({ clock, dice, settings, watcher: this.wire });
    const reported = (error) => {
      if (error.message === THROWN) this.counts.reported += 1;
      else this.faults.push(`reported: ${error.stack}`);
    };
    this.page = new ModelPage(script, { server: this.network, clock, dice, reported });
    this.wire.attach(this.page);
    this.clients = dice.times(1 + dice.below(3), () =>
      this.page.client({
        instanceBaseUrl: "https://x8.xano.io",
        realtimeCanonical: ADDRESS,
        realtimeVersion: 2,
        realtimeClientId: dice.pick(CLIENT_IDS),
        realtimeAuthToken: dice.pick(this.tokens),
      }),
    );
  }

  /** A token function takes its time, fails, or takes too long. */
  #provided(token) {
    const { dice, clock, network } = this;
    const fate = network.isCalm ? "now" : dice.pick(["now", "later", "late", "fails"]);
    if (fate === "now") return token;
    if (fate === "fails") throw new Error("no token today");
    return new Promise((resolve) => clock.set(() => resolve(token), fate === "later" ? 700 : 12_000));
  }

  /** Plays it to its end and returns what was wrong. */
  async play() {
    for (let step = 0; step < STEPS && this.faults.length === 0; step += 1) {
      this.#do(this.dice.weighted(WORKS));
      await this.#pass(this.dice.chance(0.5) ? 0 : this.dice.pick(WAITS_MS));
    }
    if (this.faults.length === 0) await this.#mend();
    if (this.faults.length === 0) this.#judge();
    return this.faults;
  }

  /** Looks often enough to see a connection change. */
  async #pass(ms) {
    await settled();
    for (let left = ms; left >= 0; left -= LOOKED_EVERY_MS) {
      await this.clock.advance(Math.min(left, LOOKED_EVERY_MS));
      for (const member of this.alive) member.follow();
      this.#judgeConnections();
      for (const each of this.published) {
        if (!isLate(each, this.clock.now) || each.isLate) continue;
        each.isLate = true;
        const waited_ms = this.clock.now - each.since();
        this.faults.push(`${each.text} by ${each.label} is pending after ${waited_ms} ms connected`);
      }
    }
  }

  /** Clients with the same token and client id share one, and none with another id. */
  #judgeConnections() {
    const { connections, handles } = this.page.globals.lists;
    const keys = [...connections].map(({ token, clientId }) => `${token} ${clientId}`);
    if (new Set(keys).size < keys.length) this.faults.push(`two connections for ${keys}`);
    for (const { subscription, config, channel } of handles.values()) {
      const { clientId } = subscription?.connection ?? { clientId: config._connectAs };
      if (clientId !== config._connectAs) this.faults.push(`a client has ${channel} as ${clientId}`);
    }
  }

  #do(work) {
    const { alive, dice } = this;
    const sockets = [...this.network.sockets];
    if (ON_A_MEMBER.includes(work)) {
      if (alive.length > 0) this[work](dice.pick(alive));
    } else if (ON_A_SOCKET.includes(work)) {
      if (sockets.length > 0) this[work](dice.pick(sockets));
    } else this[work]();
  }

  // The end

  /** Connections hold again; then everything is destroyed. */
  async #mend() {
    const { clients, network, clock } = this;
    this.note("everything mends");
    network.isCalm = true;
    // Handlers that take their time may still fail.
    await this.#pass(10_000);
    for (const [client] of clients.entries()) this.token(client, this.tokens);
    for (const socket of [...network.sockets]) {
      socket.bufferedAmount = 0;
      network.cut(socket, 1006);
    }
    for (const client of clients) client.realtimeReconnect();
    await this.#pass(90_000);
    // A channel object that is made late has what the others have.
    this.join();
    await this.#pass(15_000);
    // Some leave, and the others see it.
    for (const member of this.alive) if (this.dice.chance(0.3)) this.destroy(member);
    await this.#pass(5_000);
    for (const name of Object.keys(CHANNELS)) this.#sayTheEnd(name);
    await this.#pass(10_000);
    this.#judgeMembers();
    for (const member of this.alive) this.#judgeRoster(member);
    this.wire.judgeEnd();
    for (const member of this.alive) this.destroy(member);
    await this.#pass(5_000);
    const left = this.page.left();
    if (left.length > 0) this.faults.push(`left behind: ${left}`);
    const { byteLength = 0 } = this.page.globals.memory?.buffer ?? {};
    if (byteLength > MOST_MEMORY) this.faults.push(`the engine has ${byteLength} bytes of memory at ${clock.now} ms`);
  }

  #sayTheEnd(name) {
    const data = { text: `end of ${name}` };
    this.network.service.publish({ address: ADDRESS, channel: name, message: "send", data });
  }

  #judgeMembers() {
    for (const member of this.alive) {
      const { label, name, channel, heard } = member;
      const isAdmitted = !CHANNELS[name].isForUsers || channel._handle.subscription.connection.token !== undefined;
      if (isAdmitted && !heard.has(`end of ${name}`)) this.faults.push(`${label} is not on ${name} at the end`);
    }
    for (const each of this.published) {
      if (each.outcomes.length === 0) this.faults.push(`${each.text} by ${each.label} is pending at the end`);
    }
  }

  /** The list of members is the service's, without the own identity. */
  #judgeRoster({ label, name, channel }) {
    const own = channel._handle.subscription.connection.link?.socket.connection;
    if (!CHANNELS[name].hasPresence || !own || this.isHostile) return;
    const others = [...this.network.service.channelFor(own, name).members].filter((other) => other !== own);
    const users = new Set(others.flatMap(({ user }) => (user && user.key !== own.user?.key ? [user.key] : [])));
    const expected = [...users, ...others.flatMap(({ user }) => (user ? [] : ["0:0"]))].sort().join();
    const listed = channel.getPresence().map(({ id, dbo_id }) => `${dbo_id}:${id}`);
    if (listed.sort().join() !== expected) this.faults.push(`${label} lists ${listed}, and there are ${expected}`);
  }

  #judge() {
    for (const each of this.published) {
      const { text } = each;
      const facts = { said: this.#said.get(text) ?? 0, sent: this.wire.sentTexts.get(text) ?? 0 };
      const isVague = this.isHostile || this.wire.blurredTexts.has(text);
      this.faults.push(...faultsOfPublished(each, { ...facts, id: this.wire.ids.get(text), isVague }));
      const [{ code = "taken" } = {}] = each.outcomes;
      this.counts[code] = (this.counts[code] ?? 0) + 1;
    }
    for (const { text, member, wasRefused } of this.sent) {
      const sent = this.wire.sentTexts.get(text) ?? 0;
      const mayBeLost = member.isDestroyed || wasRefused();
      if (sent > 1 || (sent === 0 && !mayBeLost)) this.faults.push(`${text} by ${member.label} was sent ${sent} times`);
    }
    Object.assign(this.counts, this.wire.counts, this.network.counts);
  }
}
