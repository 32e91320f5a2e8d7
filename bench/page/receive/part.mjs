// The receive path: the time from a socket's event to the handlers, without a network.

import { atLeast, atMost } from "../../lib/budget.mjs";
import { linePlot } from "../../lib/plot.mjs";
import { median, ratio } from "../../lib/samples.mjs";
import { inEachBrowser, pageWithBoth } from "../support/lab.mjs";

const TURNS = 6;
const PAGE = pageWithBoth("receive/in-page.js", "fake-socket.js");

const CHANNELS = [1, 10, 100, 1_000];
const SIZES = { "60 B": 60, "1 KB": 1_024, "16 KB": 16_384 };

/** Original / ours: must in Chromium, goal everywhere. With many channels it is small messages that show them. */
const FASTER = {
  "1, 60 B": { must: 0.95, goal: 1.05 },
  "1, 1 KB": { must: 0.95, goal: 1 },
  "1, 16 KB": { must: 0.95, goal: 1 },
  "10, 60 B": { must: 1.05, goal: 1.2 },
  "100, 60 B": { must: 2, goal: 3 },
  "1000, 60 B": { must: 10, goal: 25 },
};

export const part = {
  unit: "µs a message",

  async run({ browsers, progress }) {
    const rows = [];
    await inEachBrowser(browsers, { "/": PAGE }, async ({ title, run }) => {
      for (const load of loads()) {
        rows.push(row(title, load, await run("/", { ...load, turns: TURNS })));
        progress(rows.at(-1).name);
      }
    });
    return rows;
  },

  /** The cost of a message against the number of channels, for each browser. */
  plots(rows) {
    const browsers = new Set(rows.map(({ browser }) => browser));
    return Object.fromEntries([...browsers].map((browser) => [`receive-${browser}.svg`, growth(browser, rows)]));
  },
};

function growth(browser, rows) {
  const small = rows.filter((row) => row.browser === browser && row.size === "60 B" && row.handlers === 1);
  const line = (contender) => small.map(({ channels, values }) => [channels, values[contender]]);
  return linePlot({
    title: `A small message, from the socket's event to its handler, in ${browser}`,
    x: "channels on the page",
    y: "µs a message",
    lines: { original: line("original"), ours: line("ours"), bare: line("bare") },
  });
}

/** Every number of channels with every size, and small messages once more with three handlers a channel. */
function loads() {
  const loads = [];
  for (const channels of CHANNELS) {
    for (const [size, bytes] of Object.entries(SIZES)) loads.push({ channels, size, bytes, handlers: 1 });
    loads.push({ channels, size: "60 B", bytes: 60, handlers: 3 });
  }
  return loads;
}

function row(title, { channels, size, handlers }, { original, ours, bare }) {
  const { must, ...goal } = (handlers === 1 && FASTER[`${channels}, ${size}`]) || {};
  const name = `${title}, ${channels === 1 ? "1 channel" : `${channels.toLocaleString("en")} channels`}, ${size}`;
  return {
    browser: title,
    channels,
    size,
    handlers,
    name: handlers === 1 ? name : `${name}, ${handlers} handlers`,
    values: {
      original: median(original),
      ours: median(ours),
      bare: median(bare),
      "original / ours": ratio(original, ours),
      "ours / bare": ratio(ours, bare),
      "original / bare": ratio(original, bare),
    },
    budgets: [
      ...(goal.goal ? [atLeast("original / ours", title === "Chromium" ? { must, ...goal } : goal)] : []),
      atMost("ours / bare", { goal: 1.1 }),
    ],
  };
}
