// The send path: a call of `channel.message()` on a real open socket. It is CPU time that counts: three processes and more
// carry what is sent, and a clock would tell how many cores they have.

import { atLeast } from "../../lib/budget.mjs";
import { median, ratio } from "../../lib/samples.mjs";
import { ORDERS } from "../in-page/orders.js";
import { inEachBrowser, pageWithBoth } from "../support/lab.mjs";
import { pageTime } from "../support/page-time.mjs";

const PAGE = pageWithBoth("send/in-page.js", "real-socket.js");
const TURNS = 12;
const CALLS = 20_000;

export const part = {
  unit: "CPU µs a call",

  async run({ browsers, progress }) {
    const rows = [];
    await inEachBrowser(browsers, { "/": PAGE }, async ({ title, visit }) => {
      rows.push(row(`${title}, message()`, await visit("/", takeTurns)));
      progress(rows.at(-1).name);
    });
    return rows;
  },
};

/** By contender the cost of a call in each turn. The first turn is for the engine, which compiles. */
async function takeTurns(measure) {
  const samples = { original: [], ours: [], bare: [] };
  for (let turn = -1; turn < TURNS; turn++) {
    for (const contender of ORDERS.at(turn % ORDERS.length)) {
      await measure({ contender, calls: 0 });
      const nanoseconds = await pageTime(() => measure({ contender, calls: CALLS }));
      if (turn >= 0) samples[contender].push(nanoseconds / 1_000 / CALLS);
    }
  }
  return samples;
}

function row(name, { original, ours, bare }) {
  return {
    name,
    values: {
      original: median(original),
      ours: median(ours),
      bare: median(bare),
      "original / ours": ratio(original, ours),
      "ours / bare": ratio(ours, bare),
    },
    budgets: [atLeast("original / ours", { must: 0.9, goal: 1 })],
  };
}
