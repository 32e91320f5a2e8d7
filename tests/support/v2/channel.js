// One channel with its members: joins, leaves, presence, and what is replayed. Broadcasts are in `broadcast.js`.

import { errorFrame } from "./errors.js";
import { TEXTS } from "./guesses.js";
import { isId, Log } from "./log.js";
import { Roster, identityOf } from "./roster.js";

export class Channel {
  members = new Set();
  /** When the recent broadcasts of each identity came. */
  broadcastTimes = new Map();
  #roster = new Roster();

  constructor({ name, row, params, service }) {
    Object.assign(this, { name, row, params, service });
    this.log = new Log(row, () => service.epochMs());
  }

  /** guess: join-payload. A second join on a socket does everything again, except that it adds no member. */
  join(connection, { clientId }) {
    const reason = this.#refusalOf(connection);
    if (reason !== undefined) return this.refuse(connection, reason);
    this.members.add(connection);
    const reader = readerOf(connection, clientId);
    this.say(connection, "join", { joined: true, params: this.params, ...this.#position(reader) });
    if (this.row.presence) this.#announce(connection);
    this.#playTranscript(connection);
    this.#replay(connection, reader);
  }

  /** guess: leave-answer. A socket that is no member gets the same answer. */
  leave(connection) {
    this.remove(connection);
    this.say(connection, "leave", {});
  }

  /** The socket is no member any more, and the others see it. */
  remove(connection) {
    if (!this.members.delete(connection)) return;
    this.service.fire("leave", connection, this);
    const member = this.#roster.remove(connection);
    if (member) this.#tellOthers(connection, "presence_leave", { member });
  }

  /** guess: presence-request. The list has the asking member too, and is empty where the channel has no presence. */
  presence(connection) {
    if (!this.members.has(connection)) return this.refuse(connection, TEXTS.notJoined);
    this.say(connection, "presence_full", { members: this.#roster.all() });
  }

  /** guess: ack-ignored. An acknowledgement that cannot count is not answered. */
  acknowledge(connection, { clientId, id }) {
    const reader = readerOf(connection, clientId);
    if (!this.log.isStream || reader === undefined || !isId(id)) return;
    this.say(connection, "ack", { cursor: this.log.acknowledge(reader, id) });
  }

  say(connection, action, payload) {
    connection.send({ action, channel: this.name, payload });
  }

  refuse(connection, message, more) {
    connection.send(errorFrame(message, this.name, more));
  }

  /** The frame of a message; `id` is on an at-least-once channel only. */
  frameOf(action, { id, type, payload }) {
    return { action, channel: this.name, ...(type && { type }), ...(this.log.isStream && id && { id }), payload };
  }

  #refusalOf(connection) {
    if (!connection.user && !this.row.anonymous_clients) return TEXTS.anonymousJoin;
    return this.service.deny("join", connection, TEXTS.joinDenied, this);
  }

  /** guesses: first-join-resumed, no-cursor */
  #position(reader) {
    if (!this.log.isStream) return {};
    const cursor = reader === undefined ? "0" : this.log.cursorOf(reader);
    return { cursor, resumed: cursor !== "0" };
  }

  #announce(connection) {
    const member = this.#roster.add(connection, Math.floor(this.service.epochMs() / 1_000));
    this.say(connection, "presence_full", { members: this.#roster.othersOf(connection) });
    if (member) this.#tellOthers(connection, "presence_join", { member });
  }

  #tellOthers(connection, action, payload) {
    for (const member of this.members) if (member !== connection) this.say(member, action, payload);
  }

  /** guesses: transcript-id, conversation-end */
  #playTranscript(connection) {
    const entries = this.log.transcript();
    if (!this.row.conversation.enabled) return;
    this.say(connection, "conversation_start", { count: entries.length });
    for (const entry of entries) {
      connection.send({ ...this.frameOf("message", entry), conversation: true, ts: entry.ts });
    }
    this.say(connection, "conversation_end", {});
  }

  /** guesses: live-after-replay, no-redelivery. A join alone replays, before any other frame is handled. */
  #replay(connection, reader) {
    if (!this.log.isStream || reader === undefined) return;
    const missed = this.log.after(this.log.cursorOf(reader));
    for (const entry of missed) connection.sendMessage(this.frameOf("replay", entry));
  }
}

/** The owner of a cursor: a user, or the client id of an anonymous client, which may have none. */
function readerOf(connection, clientId) {
  if (connection.user) return identityOf(connection);
  return clientId ? `client ${clientId}` : undefined;
}
