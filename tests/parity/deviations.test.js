// Every number of docs/deviations.md: what the original does, and what ours does.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { channels } from "./deviations/channels.js";
import { handlers } from "./deviations/handlers.js";
import { http } from "./deviations/http.js";
import { interruptions } from "./deviations/interruptions.js";
import { sockets } from "./deviations/sockets.js";
import { streams } from "./deviations/streams.js";
import { uses as httpUses } from "./http/normalisers.js";
import { uses as realtimeUses } from "./realtime/normalisers/uses.js";

const deviations = [...channels, ...handlers, ...sockets, ...interruptions, ...http, ...streams].sort(
  (one, other) => one.number - other.number,
);

for (const { number, title, play, original, ours } of deviations) {
  test(`${number}: ${title}`, async (t) => {
    assert.deepEqual(plain(await play("original", t)), plain(original), "the original");
    assert.deepEqual(plain(await play("ours", t)), plain(ours), "ours");
  });
}

/** Why the random programs and requests need no normaliser for it. */
const WITHOUT_NORMALISER = {
  12: "their tokens are legal",
  15: "their base URLs are URLs",
  22: "they take no time",
  30: "their pages are not reloaded",
  31: "their settings all have an effect",
  32: "they ask for no streams",
  33: "their servers answer neither, and their keys are nobody's",
  34: "their files hold blobs",
  39: "their storages are new",
  41: "they keep no cookies",
  45: "their requests for something have no body",
  46: "their hashes have the oldest of the names",
};

test("every number of the document has a test, and a normaliser or a reason to have none", () => {
  const document = readFileSync(new URL("../../docs/deviations.md", import.meta.url), "utf8");
  const numbers = [...document.matchAll(/^(\d+)\. /gm)].map(([, number]) => Number(number));
  assert.deepEqual(
    numbers,
    numbers.map((_, index) => index + 1),
  );
  assert.deepEqual([...new Set(deviations.map(({ number }) => number))], numbers);
  const normalised = [...realtimeUses.keys(), ...httpUses.keys(), ...Object.keys(WITHOUT_NORMALISER).map(Number)];
  assert.deepEqual(
    normalised.sort((one, other) => one - other),
    numbers,
  );
});

/** By way of JSON: objects of a page have other prototypes. */
function plain(value) {
  return value === undefined ? undefined : JSON.parse(JSON.stringify(value));
}
