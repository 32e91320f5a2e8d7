// docs/protocol-v2.md: its list has every guess of the text, and the golden frames and the model name no other.

import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

const ROOT = join(import.meta.dirname, "../..");
const FIXTURES = join(ROOT, "protocol/fixtures/v2");
const MODEL = join(ROOT, "tests/support/v2");
const HUB = join(ROOT, "hub/src/v2");
const SOCKETS = join(ROOT, "server/src/socket");

const [statements, list] = read(ROOT, "docs/protocol-v2.md").split(/^## Guesses$/m);
const guesses = [...list.matchAll(/^\| `([\w-]+)` \|/gm)].map(([, name]) => name);

test("each guess in the text is in the list, and each in the list is in the text", () => {
  const marks = named(statements, /(?:guess|may change): `([\w-]+)`/g);
  assert.ok(marks.length > 25, `${marks.length} guesses`);
  assert.deepEqual(guesses.toSorted(), marks);
  assert.equal(statements.match(/\bguess: /g).length, statements.match(/guess: `[\w-]+`/g).length, "each has a name");
});

test("each golden frame that rests on a guess names one of the list", () => {
  const names = readdirSync(FIXTURES).flatMap((file) => JSON.parse(read(FIXTURES, file)).map(({ guess }) => guess));
  const given = names.filter(Boolean);
  assert.ok(given.length > 20, `${given.length} frames`);
  assert.deepEqual(
    given.filter((name) => !guesses.includes(name)),
    [],
  );
});

test("the model's sources name each guess where they follow it, except those about URLs, and no other", () => {
  const aboutUrls = ["deliver-failed", "deliver-live-only", "handler-failed", "message-auth"];
  assert.deepEqual([...followedIn(MODEL), ...aboutUrls].toSorted(), guesses.toSorted());
});

test("the server's sources name each guess where they follow it, and no other", () => {
  const followed = [HUB, join(HUB, "frames"), join(HUB, "../settings/v2"), SOCKETS].flatMap((folder) => [
    ...followedIn(folder),
  ]);
  assert.deepEqual([...new Set(followed)].toSorted(), guesses.toSorted());
});

test("each action of a golden frame has a row, in the table of its direction", () => {
  const tables = { to_server: section("Client frames"), to_client: section("Server frames") };
  for (const [name, table] of Object.entries(tables)) {
    for (const { frame } of JSON.parse(read(FIXTURES, `${name}.json`))) {
      assert.ok(table.includes(`| ${frame.action} | \`{"action":"${frame.action}"`), `${name}: ${frame.action}`);
    }
  }
});

test("the close codes are those of the golden table", () => {
  const rows = JSON.parse(read(FIXTURES, "close_codes.json")).map(
    ({ code, meaning, again }) => `| ${code} | ${meaning} | ${again ? "yes" : "no"} |`,
  );
  assert.deepEqual(section("Close codes").match(/^\| \d+ .*$/gm), rows);
});

/** The guesses that the comments of a folder's files name. */
function followedIn(folder) {
  const files = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isFile());
  const sources = files.map(({ name }) => read(folder, name));
  const comments = sources.flatMap((source) => [...source.matchAll(/guess(?:es)?: ([\w-]+(?:, [\w-]+)*)/g)]);
  return new Set(comments.flatMap(([, names]) => names.split(", ")));
}

function section(title) {
  return statements.split(/^## /m).find((text) => text.startsWith(`${title}\n`));
}

/** What a pattern names, each name once. */
function named(text, pattern) {
  return [...new Set([...text.matchAll(pattern)].map(([, name]) => name))].toSorted();
}

function read(folder, file) {
  return readFileSync(join(folder, file), "utf8");
}

test("every deviation on V2 has its number, and a test that shows it", () => {
  const deviations = readFileSync(new URL("../../docs/deviations.md", import.meta.url), "utf8");
  const rows = [...deviations.matchAll(/^\| V2\.(\d+) \|.* \| (.+) \|$/gm)];
  assert.deepEqual(
    rows.map(([, number]) => Number(number)),
    rows.map((_, index) => index + 1),
  );
  const tests = ["client", "acknowledgement", "receipts"].map((name) => new URL(`v2-${name}.test.js`, import.meta.url));
  const sources = tests.map((file) => readFileSync(file, "utf8")).join("");
  for (const [, number, title] of rows) assert.ok(sources.includes(`test("${title}"`), `V2.${number}`);
  assert.ok(rows.length > 0);
});
