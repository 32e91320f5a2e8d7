// How cost and memory grow with the number of sockets. One run each.

import { linePlot } from "../../lib/plot.mjs";
import { measure } from "../running.mjs";

const SUBSCRIBERS = [10, 100, 1_000, 3_000];
const CONNECTIONS = [1_000, 3_000, 10_000];

export const part = {
  unit: "CPU s per million deliveries, or MB",

  async run({ contenders, progress }) {
    return [...(await costs(contenders, progress)), ...(await memory(contenders, progress))];
  },

  plots(rows) {
    return {
      "growth-of-cost.svg": linePlot({
        title: "What a delivery costs",
        x: "subscribers of one channel",
        y: "CPU s per million deliveries",
        lines: linesOf(rows, "subscribers"),
      }),
      "growth-of-memory.svg": linePlot({
        title: "What idle connections occupy",
        x: "connections",
        y: "MB of the server's processes",
        lines: linesOf(rows, "connections"),
      }),
    };
  },
};

async function costs(contenders, progress) {
  const rows = [];
  for (const subscribers of SUBSCRIBERS) {
    progress(`${subscribers} subscribers`);
    const values = {};
    for (const contender of contenders) {
      const report = await measure(contender, ["fan-out", `--subscribers=${subscribers}`]);
      values[contender.name] = report.cpu_s_per_million;
    }
    rows.push({ name: `1 channel, ${subscribers.toLocaleString("en")} subscribers`, subscribers, values });
  }
  return rows;
}

async function memory(contenders, progress) {
  const rows = CONNECTIONS.map((connections) => ({
    name: `${connections.toLocaleString("en")} idle connections`,
    connections,
    values: {},
  }));
  for (const contender of contenders) {
    progress(`memory of ${contender.name}`);
    const { steps } = await measure(contender, ["idle", `--connections=${CONNECTIONS.join()}`]);
    steps.forEach(({ resident_bytes }, nth) => {
      rows[nth].values[contender.name] = resident_bytes / 1e6;
    });
  }
  return rows;
}

function linesOf(rows, growing) {
  const grown = rows.filter((row) => row[growing]);
  const line = (contender) => grown.map((row) => [row[growing], row.values[contender]]);
  return Object.fromEntries(Object.keys(grown[0].values).map((contender) => [contender, line(contender)]));
}
