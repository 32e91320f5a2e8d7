// Many simultaneous logins: memory stays bounded, and logins beyond the queue are refused.

import assert from "node:assert/strict";
import { request } from "node:http";
import { test } from "node:test";
import { MEGABYTE, watchMemory } from "../support/memory.js";
import { SingleServer } from "../support/single-server.js";

/** Only Linux assigns every address of 127.0.0.0/8 to this machine, and reports memory in /proc. */
const SKIP = process.platform !== "linux" && "needs Linux";
const LOGINS = 100;
/** Two threads need 19 MiB each; the rest is room for the connections and a debug build. */
const GROWTH_BYTES = 80 * MEGABYTE;
const DENIED = 403;
const TOO_MANY = 429;

test("a hundred logins at once need the memory of two, and logins beyond the queue are refused", {
  skip: SKIP,
}, async (t) => {
  const server = await start(t);
  const jill = { email: "jill@example.com", password: "correct horse" };
  assert.equal((await asks(server, "signup", jill)).status, 200);
  const memory = await watchMemory(server);

  const answers = await Promise.all(
    Array.from({ length: LOGINS }, (_, number) =>
      asks(server, "login", { email: `user-${number}@example.com`, password: "guess" }, `127.0.1.${number + 1}`),
    ),
  );

  const refused = answers.filter(({ status }) => status === TOO_MANY);
  assert.equal(answers.filter(({ status }) => status === DENIED).length + refused.length, LOGINS);
  assert.ok(refused.length > 0, "more logins waited than may");
  for (const { body, retryAfter } of refused) {
    assert.equal(body.code, "ERROR_CODE_TOO_MANY_REQUESTS");
    assert.ok(retryAfter >= 1, `Retry-After: ${retryAfter}`);
  }
  await memory.peakedBelow(GROWTH_BYTES);
  assert.equal((await asks(server, "login", jill)).status, 200, "the right password is accepted afterwards");
});

test("one address may try thirty times at once", { skip: SKIP }, async (t) => {
  const server = await start(t);

  const answers = await Promise.all(
    Array.from({ length: 40 }, (_, number) =>
      asks(server, "login", { email: `user-${number}@example.com`, password: "guess" }),
    ),
  );

  const refused = answers.filter(({ body }) => body.message.includes("from this address"));
  assert.ok(refused.length > 0 && refused.length <= 10, `${refused.length} were refused`);
  assert.ok(refused.every(({ status }) => status === TOO_MANY));
  const elsewhere = await asks(server, "login", { email: "jack@example.com", password: "guess" }, "127.0.0.2");
  assert.equal(elsewhere.status, DENIED, "another address is not concerned");
});

test("one account may be tried ten times at once, from all addresses together", { skip: SKIP }, async (t) => {
  const server = await start(t);

  const answers = await Promise.all(
    Array.from({ length: 15 }, (_, number) =>
      asks(server, "login", { email: "Jill@example.com", password: `guess ${number}` }, `127.0.1.${number + 1}`),
    ),
  );

  const refused = answers.filter(({ body }) => body.message.includes("for this account"));
  assert.ok(refused.length > 0 && refused.length <= 5, `${refused.length} were refused`);
  assert.ok(refused.every(({ status }) => status === TOO_MANY));
});

async function start(t) {
  const server = new SingleServer({});
  t.after(() => server.dispose());
  await server.start();
  return server;
}

/** Sends a request to an endpoint of `/api:auth` from this local address, and returns the answer. */
function asks(server, endpoint, input, localAddress = "127.0.0.1") {
  return new Promise((resolve, reject) => {
    const options = {
      host: "127.0.0.1",
      port: server.port,
      path: `/api:auth/auth/${endpoint}`,
      method: "POST",
      localAddress,
      agent: false,
      headers: { "content-type": "application/json" },
    };
    const asking = request(options, async (answer) => {
      const parts = await answer.toArray();
      const body = JSON.parse(Buffer.concat(parts).toString());
      resolve({ status: answer.statusCode, retryAfter: Number(answer.headers["retry-after"]), body });
    });
    asking.on("error", reject);
    asking.end(JSON.stringify(input));
  });
}
