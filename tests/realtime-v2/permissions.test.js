// The tables of docs/permissions-v2.md, cell by cell, on the real server: every setting, kind of client and act.

import assert from "node:assert/strict";
import { test } from "node:test";
import { SECRET } from "../support/v2/rooms.js";
import { SingleServer } from "../support/single-server.js";
import { ACTS, changesOf, readDocument, SETTINGS, serverOf, WHO } from "./matrix/document.js";
import { startEndpoint } from "./matrix/endpoint.js";
import { Play } from "./matrix/play.js";

const ADMIN_TOKEN = "an admin token for the matrix of permissions";
/** Rows that are played at the same time. */
const AT_ONCE = 8;

const { tables, errors } = await readDocument();

for (const [heading, isAuthenticated] of Object.entries(WHO)) {
  test(`every cell of the table of ${heading.toLowerCase()} is what happens`, async (t) => {
    const rows = tables[heading];
    const played = await playAll(t, rows, isAuthenticated);
    const wrong = [];
    for (const [number, { settings, cells }] of rows.entries()) {
      for (const [at, act] of ACTS.entries()) {
        const happens = played[number][at];
        if (happens !== cells[at]) wrong.push(`${settings}, ${act}: ${cells[at]}, but it is ${happens}`);
      }
    }
    assert.deepEqual(wrong, []);
  });

  test(`the table of ${heading.toLowerCase()} takes every setting from everything`, () => {
    const rows = tables[heading].filter(({ settings }) => settings.startsWith("everything, but"));
    const named = new Set(rows.flatMap(({ settings }) => Object.keys(changesOf(settings))));
    assert.deepEqual(
      SETTINGS.filter((path) => !named.has(path)),
      [],
    );
  });
}

/** Plays all rows on one server, which has a Realtime server for each. */
async function playAll(t, rows, isAuthenticated) {
  const endpoint = await startEndpoint();
  t.after(() => endpoint.close());
  const addresses = rows.map((_, number) => `row-${number}`);
  const servers = rows.map(({ settings }, number) => serverOf(settings, addresses[number], endpoint.urlOf));
  const server = new SingleServer({
    settings: { servers },
    secret: SECRET,
    adminToken: ADMIN_TOKEN,
    limits: { messages_per_second: 100_000, message_burst: 100_000, bad_frames_per_minute: 100_000 },
  });
  t.after(() => server.dispose());
  await server.start();
  const played = [];
  const waiting = [...rows.keys()];
  const playNext = async () => {
    for (let number = waiting.shift(); number !== undefined; number = waiting.shift()) {
      const asksForEach = rows[number].settings.includes("triggers.deliver");
      const publish = (address, channel, data) => publishOn(server, address, channel, data);
      const play = new Play({ server, address: addresses[number], isAuthenticated, errors, publish, asksForEach });
      played[number] = await play.outcomes(ACTS);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, playNext));
  return played;
}

/** Sends a message of the workspace. A channel that has no settings gets none. */
async function publishOn(server, address, channel, data) {
  const response = await fetch(`${server.url}/api:meta/workspace/1/realtime/publish`, {
    method: "POST",
    headers: { authorization: `Bearer ${ADMIN_TOKEN}`, "content-type": "application/json" },
    body: JSON.stringify({ server: address, channel, message: "news", data }),
  });
  const text = await response.text();
  assert.ok([200, 404].includes(response.status), text);
}
