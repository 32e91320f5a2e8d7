// The report of the doctor on V2: it plays every guess of docs/protocol-v2.md, and all that can be seen of the model of the
// service is as the document says.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { ROWS_V2 } from "../../pkg-template/doctor/v2/report.js";
import { doctor } from "../support/doctor.js";
import { ADDRESS, CHANNELS, SECRET, settings, tokenOf } from "../support/v2/rooms.js";
import { startV2Service } from "../support/v2-service.js";

const TOKEN = tokenOf(7);
const DOCUMENT = readFileSync(join(import.meta.dirname, "../../docs/protocol-v2.md"), "utf8");

/** What cannot be seen from outside, on whatever service. */
const UNSEEN = [
  ..."idle-close-code rate-limit explicit workspace-publish message-auth handler-failed".split(" "),
  ..."deliver-failed deliver-live-only input-check".split(" "),
];
/** What a channel shows that admits anonymous clients and lets them send, and one that does not. */
const OPEN_ALONE = ["anonymous-join", "publish-refused"];

const [orders] = CHANNELS.filter(({ name }) => name.startsWith("orders/"));
/** A channel that shows as much as one can. */
const doctors = { ...orders, name: "doctor", presence: true, publish: { who: "anyone", direct: true } };
const channels = [...CHANNELS, doctors];

describe("a report", { concurrency: true }, () => {
  test("on the model everything holds that can be seen", async (t) => {
    const { status, stdout, rows, summary } = await reportOn(t, "doctor");
    assert.deepEqual(detailed(rows, "differs"), []);
    assert.deepEqual(named(rows, "cannot tell").sort(), [...UNSEEN, ...OPEN_ALONE].sort());
    assert.equal(summary.holds + summary["cannot tell"], ROWS_V2.length);
    assert.equal(status, 0);
    assert.equal(stdout.includes(TOKEN), false, "the token is not printed");
  });

  test("on a channel for users that nobody may send on, the others hold", async (t) => {
    const closed = { ...doctors, name: "closed", anonymous_clients: false, publish: { who: "nobody" } };
    const { rows } = await reportOn(t, "closed", { channels: [...channels, closed] });
    assert.deepEqual(detailed(rows, "differs"), []);
    for (const guess of OPEN_ALONE) assert.ok(named(rows, "holds").includes(guess), guess);
  });

  test("on a channel that delivers at most once, the rows about cursors cannot be told, with the reason", async (t) => {
    const { rows } = await reportOn(t, "rooms/42");
    assert.deepEqual(detailed(rows, "differs"), []);
    const detailOf = (wanted) => rows.find(({ guess }) => guess === wanted).detail;
    assert.equal(detailOf("cursor-monotonic"), "the channel delivers at most once");
    assert.equal(detailOf("params-empty"), "the template of the channel has parameters");
  });

  test("where the handler drops what the doctor sends, the rows that send cannot be told", async (t) => {
    const dropping = { ...doctors, name: "dropping", messages: [{ name: "send", handler: () => null }] };
    const { rows } = await reportOn(t, "dropping", { channels: [...channels, dropping] });
    assert.deepEqual(detailed(rows, "differs"), []);
    for (const wanted of ["direct-delivery", "cursor-monotonic"]) {
      const { detail } = rows.find(({ guess }) => guess === wanted);
      assert.equal(detail, "the handler of the message drops what the doctor sends");
    }
  });

  test("without --type the rows that send say what is missing, and a channel that cannot be joined says why", async (t) => {
    const { rows } = await reportOn(t, "no-such-channel", {}, []);
    assert.deepEqual(detailed(rows, "differs"), []);
    const detailOf = (wanted) => rows.find(({ guess }) => guess === wanted).detail;
    assert.equal(detailOf("not-joined"), "give --type NAME of a message of the channel");
    assert.equal(detailOf("receipt-order"), "the channel cannot be joined: No settings for channel name");
  });

  test("a service that differs is told as what it is", async (t) => {
    const { status, rows } = await reportOn(t, "doctor", {}, ["--type", "send"], (service) => {
      const { connect } = service;
      // The close frame has a reason, and receipts come before the own copy.
      service.connect = (request, host) => {
        const delayed = [];
        return connect.call(service, request, {
          deliver(text) {
            if (JSON.parse(text).action === "message") delayed.push(text);
            else {
              host.deliver(text);
              for (const message of delayed.splice(0)) host.deliver(message);
            }
          },
          close: (code) => host.close(code, "refused"),
        });
      };
    });
    assert.equal(status, 1);
    const differing = new Map(
      rows.filter(({ verdict }) => verdict === "differs").map((row) => [row.guess, row.detail]),
    );
    assert.match(differing.get("refusal-reasons"), /reason “refused”/);
    assert.match(differing.get("receipt-order"), /^what comes: broadcast, message/);
  });
});

test("each guess of the document has a row, in its words", () => {
  const list = DOCUMENT.split(/^## Guesses$/m)[1];
  const guesses = [...list.matchAll(/^\| `([\w-]+)` \| (.+?) \| .+ \|$/gm)].map(([, guess, row]) => ({ guess, row }));
  assert.ok(guesses.length > 25, `${guesses.length} guesses`);
  const byName = (one, other) => one.guess.localeCompare(other.guess);
  assert.deepEqual(ROWS_V2.map(({ guess, row }) => ({ guess, row })).sort(byName), guesses.sort(byName));
});

async function reportOn(t, channel, changes = { channels }, more = ["--type", "send"], prepare = () => {}) {
  const host = await startV2Service({ settings: settings({ channels, ...changes }), secret: SECRET });
  t.after(() => host.close());
  prepare(host.service);
  const where = ["--v2", "--base-url", host.baseUrl, "--canonical", ADDRESS, "--channel", channel];
  const { status, stdout } = await doctor([...where, "--token", TOKEN, ...more, "--report"]);
  const { summary, rows } = JSON.parse(stdout);
  return { status, stdout, summary, rows };
}

function named(rows, verdict) {
  return rows.filter((row) => row.verdict === verdict).map(({ guess }) => guess);
}

function detailed(rows, verdict) {
  return rows.filter((row) => row.verdict === verdict).map(({ guess, detail }) => `${guess}: ${detail}`);
}
