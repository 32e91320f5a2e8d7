// What sharing channels over a Redis costs: our server alone, alone on a Redis, and two of them on one.
//
// CPU time is that of the servers and their Redis together.

import { compare, figures } from "../compare.mjs";
import { OURS_ALONE_AND_SHARED } from "../contenders.mjs";

const LOADS = [
  { name: "100 subscribers, 1 channel", options: ["--subscribers=100", "--publishers=1"] },
  { name: "1,000 in 100 channels, 4 publishers", options: ["--subscribers=1000", "--channels=100", "--publishers=4"] },
];
const AT_A_RATE = ["fan-out", "--subscribers=200", "--channels=10", "--publishers=2", "--per-second=200"];

export const part = {
  unit: "see rows",

  async run({ progress }) {
    const world = { contenders: OURS_ALONE_AND_SHARED, progress };
    const rows = [];
    for (const { name, options } of LOADS) {
      const reports = await compare(world, name, ["fan-out", ...options, "--window=32"], perCpuSecond);
      rows.push({ name: `${name}: 1,000 deliveries per CPU second`, values: figures(reports, perCpuSecond) });
      rows.push({
        name: "  messages per second",
        values: figures(reports, ({ messages, seconds }) => messages / seconds),
      });
    }
    const name = "200 subscribers in 10 channels, 200 messages per second";
    const reports = await compare(
      world,
      name,
      [...AT_A_RATE, "--deliveries=40000"],
      ({ latency_us }) => latency_us.p99,
    );
    for (const percentile of ["p50", "p99"]) {
      rows.push({
        name: `${name}: ${percentile}, ms`,
        values: figures(reports, ({ latency_us }) => latency_us[percentile] / 1e3),
      });
    }
    return rows;
  },
};

function perCpuSecond({ deliveries, cpu }) {
  return deliveries / (cpu.user_s + cpu.system_s) / 1e3;
}
