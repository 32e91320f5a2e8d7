// Servers of Realtime V2 that are attacked, the frames of attackers, and endpoints for handlers.

import { once } from "node:events";
import { createServer } from "node:http";
import { Attacker } from "./attacker.js";
import { SingleServer } from "./single-server.js";
import { SECRET } from "./v2/rooms.js";

export const ADDRESS = "main";

/** Starts a server with these channels. `server` are more fields of it. */
export async function startV2(t, channels, { limits = {}, server: changes } = {}) {
  const servers = [{ name: "main", canonical: ADDRESS, enabled: true, channels, ...changes }];
  const server = new SingleServer({ settings: { servers }, limits, secret: SECRET });
  t.after(() => server.dispose());
  await server.start();
  return server;
}

/** A channel that is open to every client. */
export function open(name, changes) {
  return { name, anonymous_clients: true, publish: { who: "anyone" }, messages: [{ name: "send" }], ...changes };
}

/** Opens a socket, which may not be ready yet. */
export async function attack(t, server, address = ADDRESS) {
  const attacker = await Attacker.open(server, { address });
  t.after(() => attacker.end());
  return attacker;
}

/** Opens a socket and joins. */
export async function member(t, server, channel) {
  const client = await attack(t, server);
  client.send(join(channel));
  await client.hears("join");
  return client;
}

export function join(channel, client_id) {
  return { action: "join", options: { channel, client_id } };
}

export function broadcast(channel, payload) {
  return { action: "broadcast", type: "send", options: { channel }, payload };
}

export function ack(channel, id, client_id) {
  return { action: "ack", id, options: { channel, client_id } };
}

/** Resolves when another client has been served: the server has handled everything that came before. */
export async function servesOthers(t, server) {
  const other = await attack(t, server);
  for (let number = 0; number < 20; number += 1) {
    other.send({ action: "ping" });
    await other.hears("pong");
  }
  other.end();
}

/** Starts an endpoint, which counts its requests and the most that were open at the same time; calls `answer(response, body)`. */
export async function startEndpoint(t, answer) {
  const server = createServer(async (request, response) => {
    // A server that ends breaks its requests off.
    const chunks = await request.toArray().catch(() => null);
    if (!chunks) return;
    endpoint.requests += 1;
    endpoint.open += 1;
    endpoint.mostOpen = Math.max(endpoint.mostOpen, endpoint.open);
    response.on("close", () => {
      endpoint.open -= 1;
    });
    answer(response, JSON.parse(Buffer.concat(chunks)));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => {
    server.close();
    server.closeAllConnections();
  });
  const endpoint = { url: `http://127.0.0.1:${server.address().port}/`, requests: 0, open: 0, mostOpen: 0 };
  return endpoint;
}
