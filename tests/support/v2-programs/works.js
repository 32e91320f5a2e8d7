// What a random program on V2 does: each method is one of its works.

import { ADDRESS } from "../v2/rooms.js";
import { EPOCH_MS } from "../v2/service.js";
import { CHANNELS, TYPES } from "./channels.js";
import { Member } from "./member.js";
import { forged, foreign, JSON_VALUES } from "./odd-frames.js";

const WEIGHTS = Object.fromEntries(Object.entries(CHANNELS).map(([name, { weight }]) => [name, weight]));
const MOST_MEMBERS = 6;
/** More than one channel lets wait. */
const MANY_SENT = 1_100;
/** More than one channel remembers. */
const MANY_HEARD = 2_500;
/** The values that `bufferedAmount` has while the network takes nothing. */
const BUFFERED_BYTES = 300_000;

export class Works {
  members = [];
  published = [];
  /** Texts of `message()`, each with its channel object. */
  sent = [];
  faults = [];
  /** What was done, to read when something is wrong. */
  steps = [];
  counts = {
    ...{ heard: 0, replayed: 0, errors: 0, poisoned: 0, moved: 0, odd: 0, reported: 0 },
    ...{ works: 0, throws: 0, later: 0, rejects: 0, hangs: 0 },
  };
  #texts = 0;
  #names = 0;
  #payloads = new Map();

  note(text) {
    this.steps.push(`${this.clock.now} ms: ${text}`);
  }

  get alive() {
    return this.members.filter(({ isDestroyed }) => !isDestroyed);
  }

  // The page

  join(name = this.dice.weighted(WEIGHTS), client = this.dice.below(this.clients.length)) {
    if (this.alive.length === MOST_MEMBERS) return;
    const { dice } = this;
    const options = {
      ...{ presence: dice.chance(0.5), manualAck: dice.chance(0.12), queueOfflineActions: dice.chance(0.9) },
      ...(dice.chance(0.5) && { messageType: "send" }),
    };
    this.#names += 1;
    const label = `c${this.#names}`;
    this.note(`${label} = client${client}.channel("${name}", ${JSON.stringify(options)})`);
    const channel = this.clients[client].channel(name, options);
    const member = Object.assign(new Member(this, { label, name, channel, options }), { client });
    this.members.push(member);
    if (dice.chance(0.2)) this.message(member);
    const reaction = dice.weighted({ none: 12, destroys: 1, publishes: 2, cuts: 1, removes: 1 });
    const at = dice.below(8);
    const hear = (action) => {
      const outcome = member.hear(action);
      if (action.action === "message" && member.heard.size === at && !this.network.isCalm)
        this.#react(member, reaction);
      return outcome;
    };
    channel.on(hear, hear);
    member.follow();
  }

  #react(member, reaction) {
    if (reaction === "destroys") this.destroy(this.dice.pick(this.alive));
    if (reaction === "publishes" && !member.isDestroyed) this.publish(member);
    if (reaction === "cuts") for (const socket of [...this.network.sockets]) this.network.cut(socket);
    if (reaction === "removes") member.channel.on("message", () => {}).off("message");
  }

  payload() {
    this.#texts += 1;
    const payload = { text: `t${this.#texts}`, odd: this.dice.pick(JSON_VALUES) };
    this.#payloads.set(payload.text, payload);
    return payload;
  }

  /** What a handler gets is what was sent. */
  judgePayload(text, payload) {
    const sent = this.#payloads.get(text);
    if (sent && JSON.stringify(sent) !== JSON.stringify(payload))
      this.faults.push(`${text} arrives as ${JSON.stringify(payload)}`);
  }

  #options({ options }) {
    return options.messageType && this.dice.chance(0.7) ? undefined : { type: this.dice.weighted(TYPES) };
  }

  message(member) {
    const payload = this.payload();
    this.note(`${member.label}.message("${payload.text}")`);
    const errors = this.counts.errors;
    member.channel.message(payload, this.#options(member));
    this.sent.push({ text: payload.text, member, wasRefused: () => this.counts.errors > errors });
  }

  publish(member, to = member.channel) {
    for (let count = this.dice.pick([1, 1, 3]); count > 0; count -= 1) {
      const payload = this.payload();
      const { text } = payload;
      const from = this.clock.now;
      // The time that the service has had: since it was published, or since the connection is there.
      const since = () => Math.max(from, member.connectedAt());
      const published = { text, member, label: member.label, since, outcomes: [] };
      this.published.push(published);
      this.note(`${member.label}.publish("${text}")`);
      const settle = (outcome) => {
        published.outcomes.push({ ...outcome, at: this.clock.now, since: since() });
        this.note(`${text} is told ${JSON.stringify(outcome)}`);
      };
      to.publish(payload, this.#options(member)).then(settle, ({ code }) => settle({ code }));
    }
  }

  /** More messages than may wait. */
  flood(member) {
    this.note(`${member.label} sends ${MANY_SENT} messages`);
    for (let count = 0; count < MANY_SENT; count += 1) member.channel.message({ text: "flood" }, { type: "none" });
    this.publish(member);
  }

  /** To one user, where one is there. */
  direct(member) {
    const user = member.channel.getPresence().find(({ id }) => id !== "0");
    if (user) this.publish(member, user);
  }

  destroy(member) {
    this.note(`${member.label}.destroy()`);
    member.channel.destroy();
    member.isDestroyed = true;
  }

  /** As a component that is mounted again. */
  renew(member) {
    this.destroy(member);
    this.join(member.name, member.client);
  }

  token(client = this.dice.below(this.clients.length), tokens = [...this.tokens, "no-token"]) {
    const token = this.dice.pick(tokens);
    this.note(`client${client} has the token ${this.tokens.indexOf(token)}`);
    this.clients[client].setRealtimeAuthToken(token ?? null);
    if (this.dice.chance(0.7)) this.reconnect(client);
  }

  reconnect(client = this.dice.below(this.clients.length)) {
    this.note(`client${client}.realtimeReconnect()`);
    this.clients[client].realtimeReconnect();
  }

  // The service, and the network

  others(name = this.dice.weighted(WEIGHTS)) {
    for (let count = this.dice.pick([1, 1, 2, 6]); count > 0; count -= 1) {
      const data = this.payload();
      this.note(`the workspace sends ${data.text} to ${name}`);
      this.network.service.publish({ address: ADDRESS, channel: name, message: "send", data });
    }
  }

  /** The service sends the next messages twice. */
  duplicate(socket) {
    socket.connection.duplicates += this.dice.pick([1, 3]);
  }

  /** A frame that no service sends; in a hostile program, one that forges what it says. */
  odd(socket) {
    const text = this.isHostile ? forged(this.dice, Object.keys(CHANNELS)) : foreign(this.dice);
    this.counts.odd += 1;
    this.note(`a frame comes: ${text.slice(0, 300)}`);
    this.network.tell(socket, text);
  }

  /** In a hostile program, more messages than a channel remembers. */
  swarm(socket) {
    if (!this.isHostile) return;
    this.note(`${MANY_HEARD} messages come`);
    const channel = this.dice.weighted(WEIGHTS);
    const texts = Array.from({ length: MANY_HEARD }, (_, count) => {
      const id = `${EPOCH_MS + this.clock.now}-${count}`;
      return JSON.stringify({ action: "message", channel, type: "send", id, payload: count });
    });
    this.network.tell(socket, ...texts);
  }

  cut(socket) {
    this.note("a connection is cut");
    this.network.cut(socket);
  }

  stall(socket) {
    this.note("a connection stalls");
    this.network.stall(socket);
  }

  restart() {
    this.note("the service restarts");
    this.network.restart();
  }

  buffer(socket) {
    socket.bufferedAmount = socket.bufferedAmount ? 0 : BUFFERED_BYTES;
    this.note(`the network takes ${socket.bufferedAmount ? "nothing" : "everything"}`);
  }

  wait() {}
}
