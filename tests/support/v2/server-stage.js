// The stage of the V2 tests with the reference server in the place of the model: `XANO_V2_SERVER=1`. Its time is real, so
// tests that let time pass, or look into the model, have no server.

import { once } from "node:events";
import { createServer } from "node:http";
import { json } from "node:stream/consumers";
import WebSocket from "ws";
import { startServer } from "../server.js";
import { claimsOf, signToken } from "../token.js";
import { SECRET, settings } from "./rooms.js";

/** Why a test is for the model alone; nothing where the model is what is tested. */
export const MODEL_ONLY = process.env.XANO_V2_SERVER ? "needs the model or its clock" : undefined;

/** The model has no limits: tests send more than a client may. */
const LIMITS = { bad_frames_per_minute: 1_000_000, messages_per_second: 1_000_000, message_burst: 1_000_000 };

/** Starts a server for one test. `changes` are fields of its Realtime server. */
export async function serverStage(t, changes, BareClient) {
  const workspace = await startWorkspace(t);
  const server = await startServer({ settings: workspace.withUrls(settings(changes)), secret: SECRET, limits: LIMITS });
  t.after(() => server.dispose());

  async function knock({ address = "rtmain01", token } = {}) {
    const socket = new WebSocket(`ws://127.0.0.1:${server.port}/ws/${address}`, token && withExpiry(token));
    const client = new BareClient(socket);
    await once(socket, "open");
    return client;
  }

  async function arrive({ join = [], ...options } = {}) {
    const client = await knock(options);
    for (const channel of join) client.join(channel);
    await client.answers();
    return client;
  }

  const service = {
    /** Resolves when the members have been sent the message. */
    async publish({ address, channel, message, data }) {
      const response = await fetch(`${server.url}/api:meta/workspace/1/realtime/publish`, {
        method: "POST",
        headers: { Authorization: `Bearer ${await server.adminToken()}`, "Content-Type": "application/json" },
        body: JSON.stringify({ server: address, channel, message, data }),
      });
      if (!response.ok) throw new Error(await response.text());
    },
  };
  // The real clock does not wait for a test.
  const clock = { advance: async () => {} };
  return { service, clock, knock, arrive, baseUrl: server.url };
}

/** The workspace's functions behind URLs. */
async function startWorkspace(t) {
  const functions = [];
  const http = createServer(async (request, response) => {
    const body = await json(request);
    try {
      response.end(JSON.stringify(functions[Number(request.url.slice(1))](body) ?? null));
    } catch {
      response.writeHead(500).end();
    }
  });
  http.listen(0, "127.0.0.1");
  await once(http, "listening");
  t.after(() => http.close());
  const url = (run) => `http://127.0.0.1:${http.address().port}/${functions.push(run) - 1}`;
  const handler = (run) => url((body) => run(body.payload, body));
  const trigger = (run) =>
    url(({ client: { extras, permissions }, ...body }) =>
      run({ ...body, user: permissions.row_id > 0 ? { ...permissions, extras } : undefined }),
    );
  return { withUrls: (value) => mapped(value, { handler, trigger }) };
}

/** A copy of the settings with URLs in the place of functions. */
function mapped(value, kinds, key) {
  if (typeof value === "function") return key === "handler" ? kinds.handler(value) : kinds.trigger(value);
  if (Array.isArray(value)) return value.map((one) => mapped(one, kinds));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, mapped(one, kinds, name)]));
}

/** The same token with the time at which it ends, which the server asks for. A token of another key stays as it is. */
function withExpiry(token) {
  const claims = claimsOf(SECRET, token);
  return claims ? signToken(SECRET, { ...claims, exp: Math.floor(Date.now() / 1_000) + 3_600 }) : token;
}
