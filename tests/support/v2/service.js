// A model of Xano's Realtime V2 service as docs/protocol-v2.md describes it, without sockets and without a clock of its
// own. A host hands in what clients send, and carries out what the service sends. `../v2-service.js` is the host for
// real sockets, `page-service.js` the one for a fake page.

import { publish } from "./broadcast.js";
import { Channel } from "./channel.js";
import { Connection } from "./connection.js";
import { ERRORS } from "./errors.js";
import { userKey } from "./frames.js";
import { REASONS } from "./guesses.js";
import { findChannel, readSettings } from "./settings.js";
import { claimsOf } from "../token.js";

/** What `clock.now` of 0 means, in milliseconds since 1970. */
export const EPOCH_MS = 1_788_471_242_950;
const IDLE_MS = 600_000;
const ADDRESS = /^\/ws\/((?:([A-Za-z0-9-]+):)?([^/?#]+))$/;

export class Service {
  /** Every socket that was opened, oldest first. */
  connections = [];
  /** Every trigger that fired, oldest first: `{ action, connection, channel? }`. */
  fired = [];
  #channels = new Map();

  /**
   * @param {object} options
   * @param {{ servers: object[] }} options.settings
   * @param {{ now: number, set(run: () => void, after_ms: number): unknown, clear(timer: unknown): void }} options.clock
   * @param {string} [options.secret] signs tokens; without it every token is refused
   * @param {number} [options.idle_ms] how long a client may send nothing
   */
  constructor({ settings, clock, secret, idle_ms = IDLE_MS }) {
    Object.assign(this, { servers: readSettings(settings), clock, secret, idle_ms });
  }

  epochMs() {
    return EPOCH_MS + Math.floor(this.clock.now);
  }

  /** Whether the path is one of V2. */
  serves(path) {
    return ADDRESS.test(path);
  }

  /** A client opens a socket. `host` is as for a `Connection`. */
  connect({ path, token }, host) {
    const [, address, tenant, canonical] = ADDRESS.exec(path);
    const server = this.servers.find((one) => one.canonical === canonical);
    const connection = new Connection(this, { address, tenant, server, token }, host);
    this.connections.push(connection);
    return connection;
  }

  /** The workspace sends to a channel of the server that has this address, `canonical` or `tenant:canonical`. */
  publish({ address, channel, message, data }) {
    const server = this.servers.find(({ canonical }) => canonical === address.split(":").at(-1));
    publish(this.#channelOf(address, server, channel), message, data);
  }

  /** How often a trigger fired, for one channel or for all. */
  timesFired(action, channel) {
    return this.fired.filter((one) => one.action === action && (!channel || one.channel === channel)).length;
  }

  /** Returns why the connection is refused, or nothing. Reads its user from the token. */
  admit(connection) {
    const { server, token } = connection;
    if (!server) return ERRORS.unknownConnection;
    if (!server.enabled) return REASONS.disabled;
    const active = server.channels.filter((channel) => channel.active);
    if (active.length === 0) return REASONS.noChannel;
    if (token === undefined) {
      if (!active.some(({ anonymous_clients }) => anonymous_clients)) return REASONS.anonymous;
    } else {
      connection.user = this.#userOf(connection);
      if (!connection.user) return REASONS.token;
    }
    return this.deny("connect", connection, REASONS.denied);
  }

  /** Asks a trigger that may refuse, and returns the reason if it does. */
  deny(action, connection, reason, channel) {
    let answer;
    try {
      answer = this.fire(action, connection, channel);
    } catch {
      return reason;
    }
    const isVerdict = typeof answer === "object" && answer !== null && "allowed" in answer;
    const isAllowed = isVerdict ? answer.allowed === true : Boolean(answer);
    return isAllowed ? undefined : (answer?.reason ?? reason);
  }

  /** Notes that a trigger fired and runs it. A trigger that is not set admits. */
  fire(action, connection, channel) {
    this.fired.push({ action, connection, ...(channel && { channel: channel.name }) });
    const trigger = (channel?.row ?? connection.server).triggers[action];
    return trigger ? trigger({ action, user: connection.user, channel: channel?.name }) : true;
  }

  channelFor({ address, server }, name) {
    return this.#channelOf(address, server, name);
  }

  /** The socket leaves every channel. */
  forget(connection) {
    for (const channel of this.#channels.values()) channel.remove(connection);
    if (connection.isReady) this.fire("disconnect", connection);
  }

  #channelOf(address, server, name) {
    const key = `${address}/${name}`;
    if (this.#channels.has(key)) return this.#channels.get(key);
    const found = findChannel(server.channels, name ?? "");
    if (!found) return undefined;
    const channel = new Channel({ name, ...found, service: this });
    this.#channels.set(key, channel);
    return channel;
  }

  /** The user that a signed token names. A tenant's token is good for that tenant alone. */
  #userOf({ token, tenant }) {
    const claims = this.secret && claimsOf(this.secret, token);
    if (!claims || claims.tenant !== tenant) return undefined;
    const { dbo_id, id: row_id, extras = {} } = claims;
    return { dbo_id, row_id, extras, key: userKey({ dbo_id, row_id }) };
  }
}
