// The report of the doctor: it plays every row of docs/protocol.md that is a guess, and all that can be seen of our
// server is as the document says.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { ROWS } from "../../pkg-template/doctor/report.js";
import { argumentsFor, doctor } from "../support/doctor.js";
import { startServer } from "../support/server.js";
import { room, settings } from "../support/settings.js";
import { signToken } from "../support/token.js";

const SECRET = "a key of thirty-two bytes or more";
const TOKEN = signToken(SECRET, { dbo_id: 1, id: 7, exp: Math.floor(Date.now() / 1_000) + 3_600 });
const PROTOCOL = readFileSync(join(import.meta.dirname, "../../docs/protocol.md"), "utf8");

const channels = settings(room("doctor"), room("forgetful", { history: 0 }));

/** What cannot be seen from outside, on whatever server. */
const UNSEEN = [
  "Frames that come too fast are refused; who causes too many errors by what no working client sends is closed with 1008.",
  "A member who may no longer be on a channel, since its settings have changed, gets an error that says why, and then a `leave`.",
  "The list names a [bounded number](server-reference.md#limits) of members and the reader itself;",
  'dropped by a trigger | the same with `"id":null,"dropped":true`',
  "What came of a message is remembered for two minutes, even if the channel empties:",
  "Keys are remembered within an `epoch`:",
  "While a trigger is asked about the first, a repeat over another socket waits,",
];
const REPEATED = "… sent again, where the channel does not keep it any more, or its sender may not read it now";

test("on our server everything holds that can be seen", async (t) => {
  const { status, stdout, rows, summary } = await reportOn(t, "doctor");
  assert.deepEqual(named(rows, "differs"), []);
  assert.deepEqual(named(rows, "cannot tell").sort(), [...UNSEEN, REPEATED].sort());
  assert.equal(summary.holds + summary["cannot tell"], ROWS.length);
  assert.equal(status, 0);
  assert.equal(stdout.includes(TOKEN), false, "the token is not printed");
});

test("on a channel that keeps nothing, the rows about history cannot be told, and those about lost echoes can", async (t) => {
  const { rows } = await reportOn(t, "forgetful");
  assert.deepEqual(named(rows, "differs"), []);
  assert.ok(named(rows, "holds").includes(REPEATED));
  assert.ok(named(rows, "cannot tell").includes("Each entry is the whole frame of the message, oldest first."));
});

test("on a channel that cannot be joined the report says so in its rows, and ends", async (t) => {
  const { rows, status } = await reportOn(t, "no-such-channel");
  const details = rows.filter(({ section }) => section === "Presence").map(({ detail }) => detail);
  assert.equal(details[0], "the channel cannot be joined: No settings for channel name");
  assert.equal(status, 0, "nothing differs");
});

test("each row stands in docs/protocol.md, word for word", () => {
  const text = plain(PROTOCOL);
  for (const { row } of ROWS) assert.ok(text.includes(row), row);
});

test("each statement of docs/protocol.md that is ours or a guess from client programs has a row", () => {
  const statements = guesses(PROTOCOL);
  assert.ok(statements.length > 40, `${statements.length} statements`);
  for (const statement of statements) {
    assert.ok(
      ROWS.some(({ row }) => statement.includes(row) || row.includes(statement)),
      statement,
    );
  }
});

async function reportOn(t, channel) {
  const server = await startServer({ secret: SECRET, settings: channels });
  t.after(() => server.dispose());
  const { status, stdout } = await doctor(argumentsFor(server, "--channel", channel, "--token", TOKEN, "--report"));
  const { summary, rows } = JSON.parse(stdout);
  return { status, stdout, summary, rows };
}

function named(rows, verdict) {
  return rows.filter((row) => row.verdict === verdict).map(({ row }) => row);
}

/** The rows and sentences that are marked so. In “Extensions” everything is ours, and nothing is marked. */
function guesses(markdown) {
  return markdown
    .split(/^## /m)
    .slice(1)
    .flatMap((section) => {
      const blocks = blocksOf(section);
      return section.startsWith("Extensions") ? blocks.filter(isRule) : blocks.flatMap(marked);
    });
}

/** Table rows, list items and paragraphs. */
function blocksOf(section) {
  const prose = section.slice(section.indexOf("\n")).replaceAll(/^```.*?^```$/gms, "");
  return prose
    .split(/\n\n|\n(?=- |\|)/)
    .map((block) => plain(block).replace(/^- /, ""))
    .filter((block) => block && !/^\|[ -]*\|?( how sure|[-| ]+$)/.test(block));
}

function marked(block) {
  if (block.startsWith("|")) {
    const cells = block.split("|").slice(1, -1);
    return /\b(ours|clients)\b/.test(cells.at(-1)) ? [cells.slice(0, -1).join("|")] : [];
  }
  const parts = block.split(/\(((?:seen|docs|clients|ours)\b[^)]*)\)/);
  // Text and mark take turns; what stands behind the last mark has none.
  return parts.filter((_text, at) => at % 2 === 0 && /\b(ours|clients)\b/.test(parts[at + 1] ?? ""));
}

/** Of “Extensions”: no heading of a table, no sentence that leads to code. */
function isRule(block) {
  return (
    !/^\| (the message|---)/.test(block) && !/^A join may carry|^What our server can do/.test(block) && block !== ""
  );
}

function plain(markdown) {
  return markdown.replaceAll(/\s+/g, " ").trim();
}
