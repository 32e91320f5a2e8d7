// Plays one row of the matrix: a client, three other members, and every act in turn on a channel of its own.

import assert from "node:assert/strict";
import { tokenOf as signed } from "../../support/v2/rooms.js";
import { CHANGED, END } from "./endpoint.js";
import { Visitor } from "../visitor.js";

/** The messages that the workspace has sent before a client joins. */
const KEPT = ["first", "second", "third", "fourth", "fifth"];
const JACK = { dbo_id: 5, row_id: 7 };
const ME = { row_id: 9, client_id: "me" };
const HELLO = "hello";

let rooms = 0;

function tokenOf(row) {
  return signed(row, {}, { exp: 4_000_000_000 });
}

export class Play {
  /**
   * @param {object} world
   * @param {string} world.address canonical of the row's server
   * @param {boolean} world.isAuthenticated
   * @param {Map<string, string>} world.errors names of errors by their texts
   * @param {object} world.server
   * @param {(address: string, channel: string, data: unknown) => Promise<void>} world.publish
   */
  constructor(world) {
    Object.assign(this, world);
    /** The other clients that could connect. */
    this.others = [];
    /** The other members of the present room. */
    this.members = [];
  }

  /** Resolves with the outcome of each act. */
  async outcomes(acts) {
    const jack = tokenOf(JACK.row_id);
    for (const token of [jack, jack, undefined]) {
      const other = await Visitor.knock(this.server, this.address, token);
      if ((await other.refusal()) === undefined) this.others.push(Object.assign(other, { isJack: token === jack }));
    }
    const outcomes = [];
    for (const act of acts) outcomes.push(await this.#outcome(act));
    for (const other of this.others) other.end();
    return outcomes;
  }

  async #outcome(act) {
    rooms += 1;
    this.room = `rooms/${rooms}`;
    if (KEEPING.includes(act)) for (const payload of KEPT) await this.publish(this.address, this.room, payload);
    this.members = [];
    for (const other of this.others) {
      const { action } = await other.joins(this.room);
      if (action === "join") this.members.push(other);
    }
    const me = await Visitor.knock(this.server, this.address, this.#token());
    const refusal = await me.refusal();
    const outcome = refusal === undefined ? await PLAYED[act](this, me) : this.nameOf(refusal);
    if (refusal !== undefined) assert.deepEqual(await me.closed, { code: 4401, reason: "" });
    me.end();
    return outcome;
  }

  #token() {
    return this.isAuthenticated ? tokenOf(ME.row_id) : undefined;
  }

  #memberId() {
    return this.isAuthenticated ? String(ME.row_id) : "0";
  }

  again() {
    return Visitor.knock(this.server, this.address, this.#token());
  }

  /** The name of an error in the document, or its text if the document has none. */
  nameOf(text) {
    return this.errors.get(text) ?? text;
  }

  /** Joins with a client id, and resolves with the name of the error or with the answer and all that follows it. */
  async join(me, clientId = ME.client_id) {
    const { action, payload } = await me.joins(this.room, clientId);
    if (action === "error") return { error: this.nameOf(payload.message) };
    return { joined: payload, frames: await me.answers() };
  }

  /** Sends a message and says whom it has reached. */
  async send(me, to) {
    for (const member of this.members) await member.answers();
    const { error } = await this.join(me);
    const isMember = error === undefined;
    if (to) me.direct(this.room, to, HELLO);
    else me.broadcast(this.room, HELLO);
    const answered = await me.until(({ action }) => ["broadcast", "error"].includes(action), "answer");
    await this.publish(this.address, this.room, END);
    const mine = isMember ? [...answered, ...(await untilEnd(me))] : answered;
    const all = new Map([[me, mine]]);
    for (const member of this.members) all.set(member, await untilEnd(member));
    return this.#reached(me, all, answered.at(-1).payload, to);
  }

  #reached(me, all, answer, to) {
    const reached = new Set();
    let isChanged = false;
    for (const [client, frames] of all) {
      const messages = frames.filter(({ action }) => action === "message");
      assert.ok(messages.length <= 1, "once");
      if (messages.length === 1) reached.add(client);
      isChanged ||= messages.some(({ payload }) => payload !== HELLO);
      for (const { payload } of messages) if (payload !== HELLO) assert.deepEqual(payload, CHANGED);
    }
    if (answer.message) {
      assert.equal(reached.size, 0, "what is refused reaches no client");
      return this.nameOf(answer.message);
    }
    assert.equal(answer.direct === true, to !== undefined);
    const whom = answer.dropped ? "dropped" : this.#nameOf(reached, me, to);
    if (!this.asksForEach) assert.equal(answer.delivered_local, reached.size);
    return isChanged ? `${whom}, changed` : whom;
  }

  #nameOf(reached, me, to) {
    const same = (clients) => clients.length === reached.size && clients.every((client) => reached.has(client));
    const jacks = this.members.filter(({ isJack }) => isJack);
    if (same([])) return "nobody";
    if (to && same(jacks)) return "the user";
    if (same([me])) return "sender";
    if (same([me, ...this.members])) return "all";
    return same(this.members) ? "others" : `${reached.size} clients`;
  }

  async presence(me) {
    for (const member of this.members) await member.answers();
    const { error, frames } = await this.join(me);
    if (error) return error;
    const list = frames.find(({ action }) => action === "presence_full")?.payload.members;
    me.say({ action: "presence", channel: this.room });
    const asked = (await me.hears("presence_full")).payload.members;
    if (!list) {
      assert.deepEqual(asked, [], "no list on request either");
      return "nothing";
    }
    // A user's second socket is no second member.
    const users = new Set(this.members.map(({ isJack }) => isJack)).size;
    assert.equal(list.length, users, "everybody but the client itself");
    assert.equal(asked.length, users + 1, "and itself when it asks");
    const isMine = ({ action, payload }) => action === "presence_join" && payload.member.id === this.#memberId();
    for (const member of this.members.filter(({ isJack }) => isJack)) await member.until(isMine, "presence_join");
    return "list";
  }

  async transcript(me) {
    const { error, frames } = await this.join(me);
    if (error) return error;
    const kept = frames.filter(({ conversation }) => conversation === true).map(({ payload }) => payload);
    const start = frames.find(({ action }) => action === "conversation_start");
    if (!start) {
      assert.deepEqual(kept, []);
      return "none";
    }
    assert.equal(start.payload.count, kept.length);
    assert.ok(frames.some(({ action }) => action === "conversation_end"));
    assert.deepEqual(kept, KEPT.slice(KEPT.length - kept.length), "the newest, oldest first");
    return String(kept.length);
  }

  async replay(me, clientId) {
    const { error, joined, frames } = await this.join(me, clientId);
    if (error) return error;
    const replayed = frames.filter(({ action }) => action === "replay").map(({ payload }) => payload);
    assert.deepEqual(replayed, KEPT.slice(KEPT.length - replayed.length), "the newest, oldest first");
    if (joined.cursor === undefined) {
      assert.deepEqual(replayed, []);
      return "none";
    }
    assert.deepEqual(joined, { joined: true, params: joined.params, cursor: "0", resumed: false });
    return String(replayed.length);
  }

  async replayAcknowledged(me) {
    const { error, frames } = await this.join(me);
    if (error) return error;
    const [oldest] = frames.filter(({ action }) => action === "replay");
    if (!oldest) return this.#nothingToAcknowledge(me);
    me.ack(this.room, oldest.id, ME.client_id);
    assert.equal((await me.hears("ack")).payload.cursor, oldest.id);
    const again = await this.again();
    assert.equal(await again.refusal(), undefined);
    const { joined, frames: later } = await this.join(again);
    assert.deepEqual({ cursor: joined.cursor, resumed: joined.resumed }, { cursor: oldest.id, resumed: true });
    again.end();
    return String(later.filter(({ action }) => action === "replay").length);
  }

  async #nothingToAcknowledge(me) {
    me.ack(this.room, "1-0", ME.client_id);
    const answers = await me.answersOf("ack", "error");
    assert.deepEqual(answers, [], "an acknowledgement that cannot count is not answered");
    return "none";
  }
}

/** Resolves with the frames before the message that ends a trial. */
async function untilEnd(client) {
  const isEnd = ({ action, payload }) => action === "message" && payload === END;
  return (await client.until(isEnd, "end")).slice(0, -1);
}

/** Acts that come after messages of the workspace. */
const KEEPING = ["transcript", "replay", "replay, acknowledged", "replay, no `client_id`"];

/** What each act is. It resolves with the text of its cell. */
const PLAYED = {
  connect: async () => "yes",
  join: async (play, me) => (await play.join(me)).error ?? "yes",
  broadcast: (play, me) => play.send(me),
  "second broadcast": async (play, me) => {
    await play.send(me);
    return play.send(me);
  },
  direct: (play, me) => play.send(me, JACK),
  presence: (play, me) => play.presence(me),
  transcript: (play, me) => play.transcript(me),
  replay: (play, me) => play.replay(me),
  "replay, acknowledged": (play, me) => play.replayAcknowledged(me),
  "replay, no `client_id`": (play, me) => play.replay(me, null),
};
