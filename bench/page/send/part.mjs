// The send path: a call of `channel.message()` on a real open socket.

import { atLeast } from "../../lib/budget.mjs";
import { median, ratio } from "../../lib/samples.mjs";
import { inEachBrowser, pageWithBoth } from "../support/lab.mjs";

const PAGE = pageWithBoth("send/in-page.js", "real-socket.js");
const TURNS = 12;

export const part = {
  unit: "µs a call",

  async run({ browsers, progress }) {
    const rows = [];
    await inEachBrowser(browsers, { "/": PAGE }, async ({ title, run }) => {
      rows.push(row(`${title}, message()`, await run("/", { turns: TURNS })));
      progress(rows.at(-1).name);
    });
    return rows;
  },
};

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
