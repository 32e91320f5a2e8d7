// The same requests on the original and on ours: what goes over the network, and what the caller gets. To make one of
// the random ones alone, or more of them:
//   SEED=17 node --test tests/parity/http.test.js
//   SEEDS=20000 node --test tests/parity/http.test.js

import assert from "node:assert/strict";
import { test } from "node:test";
import { inspect } from "node:util";
import { original, ours, outcome } from "./http/clients.js";
import { corpus } from "./http/corpus.js";
import { forOriginal, leavingHeaders, uses } from "./http/normalisers.js";
import { requestOf } from "./http/requests.js";

const SEED = process.env.SEED && Number(process.env.SEED);
const SEEDS = Number(process.env.SEEDS ?? 1_000);
const alone = SEED !== undefined && "one seed only";

for (const [name, call, settings, answer] of corpus) {
  test(`like the original: ${name}`, async () => {
    const expected = await outcome(original, call, settings, answer);
    assert.deepEqual(await outcome(ours, call, settings, answer), expected);
  });
}

test("a XanoFile goes by its name", async () => {
  const call = (client, { XanoFile }) =>
    client.post("/x", { file: new XanoFile("n.bin", new Blob(["xyz"])), o: { a: 1 } });
  const { request } = await outcome(ours, call);
  assert.deepEqual(request.body, [
    ["file", ["file", "n.bin", "", "xyz"]],
    ["o", "[object Object]"],
  ]);
});

test("a timeout counts while the body is read as well", async () => {
  const settings = { customAxiosRequestConfig: { timeout: 20 } };
  const { message, code } = await outcome(ours, (client) => client.get("/x"), settings, "hang in body");
  assert.deepEqual({ message, code }, { message: "timeout of 20ms exceeded", code: "ECONNABORTED" });
});

test(alone ? `the request of seed ${SEED}` : `${SEEDS} random requests`, async () => {
  const [first, last] = alone ? [SEED, SEED] : [1, SEEDS];
  for (let seed = first; seed <= last; seed++) {
    const given = requestOf(seed);
    const expected = await made(original, forOriginal(requestOf(seed)));
    expected.headersAfterwards = leavingHeaders(expected.headersAfterwards, headersOf(given));
    const text = inspect(given, { depth: Number.POSITIVE_INFINITY });
    assert.deepEqual(await made(ours, requestOf(seed)), expected, `seed ${seed}: ${text}`);
  }
});

test("every normaliser was needed", { skip: alone }, (t) => {
  t.diagnostic(`uses: ${[...uses].map(([number, count]) => `${number}: ${count}`).join(", ")}`);
  assert.ok([...uses.values()].every((count) => count > 0));
});

async function made(library, request) {
  const { method, endpoint, params, headers, settings, answer } = request;
  const seen = await outcome(library, (client) => client[method](endpoint, params, headers), settings, answer);
  return { ...seen, headersAfterwards: headersOf(request) };
}

function headersOf({ settings }) {
  return settings.customAxiosRequestConfig.headers;
}
