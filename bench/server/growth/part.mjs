// How cost and memory grow with the number of sockets. One run each; also drawn, for docs/performance.md.

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { plot } from "../../lib/plot.mjs";
import { measure } from "../running.mjs";

const SUBSCRIBERS = [10, 30, 100, 300, 1_000, 3_000];
const CONNECTIONS = [1_000, 2_500, 5_000, 7_500, 10_000];
const IMAGES = join(import.meta.dirname, "../../../docs/images");

export const part = {
  unit: "CPU s per million deliveries, or MB",

  async run({ contenders, progress }) {
    return [...(await costs(contenders, progress)), ...(await memory(contenders, progress))];
  },
};

async function costs(contenders, progress) {
  const rows = [];
  for (const subscribers of SUBSCRIBERS) {
    progress(`${subscribers} subscribers`);
    const name = `1 channel, ${subscribers.toLocaleString("en")} subscribers`;
    rows.push({ name, at: subscribers, values: {} });
    for (const contender of contenders) {
      const report = await measure(contender, ["fan-out", `--subscribers=${subscribers}`]);
      rows.at(-1).values[contender.name] = report.cpu_s_per_million;
    }
  }
  draw("growth-of-cost.svg", rows, {
    title: "What a delivery costs",
    x: "subscribers of one channel",
    y: "CPU s per million deliveries",
    logarithmic: true,
  });
  return rows;
}

async function memory(contenders, progress) {
  const rows = CONNECTIONS.map((at) => ({ name: `${at.toLocaleString("en")} idle connections`, at, values: {} }));
  for (const contender of contenders) {
    progress(`memory of ${contender.name}`);
    const { steps } = await measure(contender, ["idle", `--connections=${CONNECTIONS.join()}`]);
    steps.forEach(({ resident_bytes }, nth) => {
      rows[nth].values[contender.name] = resident_bytes / 1e6;
    });
  }
  draw("growth-of-memory.svg", rows, {
    title: "What idle connections occupy",
    x: "connections",
    y: "MB of the server's processes",
  });
  return rows;
}

function draw(file, rows, words) {
  const names = Object.keys(rows[0].values);
  const lines = Object.fromEntries(names.map((name) => [name, rows.map(({ at, values }) => [at, values[name]])]));
  writeFileSync(join(IMAGES, file), plot({ ...words, lines }));
}
