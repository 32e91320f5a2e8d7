// What a delivery costs when few say something to many, as fast as a window of messages allows.
//
// A message is in flight until its last recipient has read it; each publisher keeps a window of them there, and sends the
// next one with a write of its own as soon as there is room. What a peer counts as a delivery is what a subscriber gets:
// the payload in the peer's own frame (around 100 bytes of payload, nchan and the hubs put 2, ours some 150).

import { besideUWebSockets, besideV1 } from "../../lib/budget.mjs";
import { compare, figures } from "../compare.mjs";

const WINDOW = 32;

/** Linux tells CPU time in hundredths of a second: of cheap deliveries there have to be many, or ratios mean nothing. */
const MANY = "--deliveries=2000000";

const LOADS = {
  "100 subscribers, 1 channel": ["--subscribers=100"],
  "1,000 subscribers, 1 channel": ["--subscribers=1000"],
  "1,000 in 100 channels, 4 publishers": ["--subscribers=1000", "--channels=100", "--publishers=4"],
};

const IN_FLIGHT = {
  "100 subscribers, one message in flight": ["--subscribers=100", "--deliveries=50000"],
  "1,000 subscribers, one message in flight": ["--subscribers=1000", "--deliveries=100000"],
};

export const part = {
  unit: "CPU s per million deliveries",

  async run(world) {
    const rows = [];
    for (const [load, options] of Object.entries(LOADS)) {
      const workload = ["fan-out", ...options, `--window=${WINDOW}`];
      rows.push(...(await rowsOf(world, `${load}, 100 B`, [...workload, MANY], load)));
      rows.push(...(await rowsOf(world, `${load}, 1 KB`, [...workload, "--payload-bytes=1024"])));
    }
    for (const [load, options] of Object.entries(IN_FLIGHT)) {
      rows.push(...(await rowsOf(world, `${load}, 100 B`, ["fan-out", "--window=1", ...options], load)));
    }
    return rows;
  },
};

/** `load`: the name that the budgets know it by, where there are any. */
async function rowsOf(world, name, options, load) {
  const reports = await compare(world, name, options, cost);
  const costs = figures(reports, cost);
  return [
    { name, values: costs, budgets: [...besideUWebSockets(load, costs), ...besideV1(costs)] },
    { name: "  of it in the kernel", values: figures(reports, kernelCost) },
    { name: "  deliveries per read of a subscriber", values: figures(reports, (report) => report.deliveries_per_read) },
  ];
}

function cost(report) {
  return report.cpu_s_per_million;
}

function kernelCost({ cpu, deliveries }) {
  return (cpu.system_s / deliveries) * 1e6;
}
