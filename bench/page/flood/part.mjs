// A real socket at full speed: how many messages a second reach the handlers before the page falls behind.

import { median, ratio } from "../../lib/samples.mjs";
import { inEachBrowser, pageWithBoth } from "../support/lab.mjs";

const PAGE = pageWithBoth("flood/in-page.js", "real-socket.js");
const TURNS = 6;
const LOADS = {
  "1 channel, 60 B": { channels: 1, bytes: 60 },
  "1 channel, 1 KB": { channels: 1, bytes: 1_024 },
  "100 channels, 60 B": { channels: 100, bytes: 60 },
};

export const part = {
  unit: "messages a second",

  async run({ browsers, progress }) {
    const rows = [];
    await inEachBrowser(browsers, { "/": PAGE }, async ({ title, run }) => {
      for (const [name, load] of Object.entries(LOADS)) {
        rows.push(row(`${title}, ${name}`, await run("/", { ...load, turns: TURNS })));
        progress(rows.at(-1).name);
      }
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
      "ours / original": ratio(ours, original),
      "ours / bare": ratio(ours, bare),
    },
  };
}
