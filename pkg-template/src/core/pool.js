// Which connection a channel object belongs to, as tokens change. A token is read when a socket is about to open.

import { Connection } from "./connection.js";
import { decide } from "./engine.js";
import { RECONNECT } from "./numbers.js";
import { fault } from "./turns.js";

/** @import { ChannelHandle } from "./channel-handle.js" */

/**
 * A few at most.
 * @type {Set<Connection>}
 */
export const connections = new Set();

/**
 * The connection that the object belongs on: the one that its client has, whatever token was set since then; else one of
 * other clients with the same URL and token.
 * @param {ChannelHandle} handle
 */
export function connectionOf(handle) {
  for (const connection of connections) if (connection.serves(handle.config.client)) return connection;
  return find(handle);
}

/**
 * The one with its URL, token and, on V2, client id.
 * @param {ChannelHandle} handle
 */
function find(handle) {
  for (const connection of connections) {
    const isSame = connection.url === handle.url && connection.clientId === handle.config.connectAs;
    if (isSame && connection.token === handle.token) return connection;
  }
}

/**
 * Moves the channel objects whose client has another token to the connection with that token. Where all of them have a new
 * one, the connection itself takes it.
 * @param {Connection} connection
 */
export function regroup(connection) {
  const handles = connection.handles();
  const keeps = (/** @type {ChannelHandle} */ { token }) => token === connection.token;
  const [first] = handles;
  // On V2 another token is another reader: what this page has handled was not acknowledged for it.
  if (first && !connection.isV2 && !handles.some(keeps) && !find(first)) connection.token = first.token;
  for (const handle of handles) if (!keeps(handle)) migrate(handle);
}

/**
 * Gives the client a new socket, with the token that it has now.
 * @param {number} client
 */
export function reconnect(client) {
  if (fault) throw fault;
  // Looked up before a channel moves: the connection that it moves to stays as it is.
  const served = [...connections].filter((connection) => connection.serves(client));
  for (const connection of served) {
    const handles = connection.handles();
    const own = handles.filter(({ config }) => config.client === client);
    const [first] = own;
    if (!first) continue;
    if (first.token === connection.token || own.length === handles.length) {
      decide(connection, RECONNECT);
      continue;
    }
    // The clients that share the socket keep it.
    for (const handle of own) {
      handle.tellConnected(false);
      migrate(handle);
    }
  }
}

/** @param {ChannelHandle} handle */
function migrate(handle) {
  const { subscription } = handle;
  const waiting = handle.leave();
  handle.enter(find(handle) ?? new Connection(handle), subscription);
  if (handle.isConnected) handle.tellConnected(true);
  for (const frame of waiting) {
    const { published } = frame;
    // A server of another epoch does not know its key, and who is ahead may have got it: it counts as sent without.
    if (published?.wasSent && !subscription?.isAt(handle.subscription)) published.wasSent = 0;
    handle.hand(frame);
  }
}

/**
 * How a client is connected: 2 open, 1 on its way, 0 not.
 * @param {number} client
 */
export function statusOf(client) {
  if (fault) throw fault;
  const own = [...connections].filter((connection) => connection.serves(client));
  return Math.max(0, ...own.map(({ phase }) => phase));
}
