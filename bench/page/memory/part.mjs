// Memory: the page's heap and the wasm memory per channel, and what a second equal pass leaves behind.

import { atLeast, atMost } from "../../lib/budget.mjs";
import { median } from "../../lib/samples.mjs";
import { inEachBrowser, pageWithBoth } from "../support/lab.mjs";

const TURNS = 3;
const CHANNELS = 2_000;
const PASS = { messages: 100_000, channels: 1_000 };
const COUNTED = ["wasm bytes", "channels", "listeners"];

const PAGES = {
  "/heap": pageWithBoth("memory/heap.js", "spy.js", "fake-socket.js"),
  "/leak": pageWithBoth("memory/leak.js", "spy.js", "fake-socket.js"),
};

export const part = {
  unit: "bytes; what a second pass adds",

  async run({ browsers, progress }) {
    const rows = [];
    await inEachBrowser(browsers, PAGES, async ({ title, run }) => {
      // The others say nothing about their heaps.
      if (title === "Chromium") rows.push(await heapRow(title, run));
      progress(`${title}, passes`);
      rows.push(leakRow(title, await run("/leak", PASS)));
    });
    return rows;
  },
};

async function heapRow(title, run) {
  const samples = { original: [], ours: [], wasm: [] };
  for (let turn = 0; turn < TURNS; turn++) {
    samples.original.push((await run("/heap", { library: "original", channels: CHANNELS })).heap);
    const { heap, wasm } = await run("/heap", { library: "ours", channels: CHANNELS });
    samples.ours.push(heap + wasm);
    samples.wasm.push(wasm);
  }
  const [original, ours, wasm] = [samples.original, samples.ours, samples.wasm].map(median);
  return {
    name: `${title}, a channel with a handler`,
    values: { original, ours, "of it wasm": wasm, "original / ours": original / ours },
    budgets: [atLeast("original / ours", { must: 1.5, goal: 2 })],
  };
}

function leakRow(title, added) {
  return {
    name: `${title}, 100,000 messages and 1,000 channels again`,
    values: Object.fromEntries(COUNTED.map((what) => [what, added[what]])),
    budgets: COUNTED.map((what) => atMost(what, { must: 0, goal: 0 })),
  };
}
