// What a new client costs: connection, handshake and one join, at a fixed rate.
//
// Where a server answers no join, as nchan, the handshake is all that is waited for.

import { atMost, JOIN_P99_MS } from "../../lib/budget.mjs";
import { compare, figures } from "../compare.mjs";

export const part = {
  unit: "CPU ms per join, or ms",

  async run(world) {
    const name = "1,000 joins per second";
    const cost = (report) => report.cpu_ms_per_join;
    const reports = await compare(world, name, ["arrivals", "--per-second=1000", "--seconds=2"], cost);
    return [
      { name: `${name}, CPU ms`, values: figures(reports, cost) },
      { name: "  of it in the kernel", values: figures(reports, ({ cpu, joins }) => (cpu.system_s / joins) * 1e3) },
      { name: "  until it is answered, p50 ms", values: figures(reports, ({ latency_us }) => latency_us.p50 / 1e3) },
      {
        name: "  until it is answered, p99 ms",
        values: figures(reports, ({ latency_us }) => latency_us.p99 / 1e3),
        budgets: [atMost("ours", JOIN_P99_MS)],
      },
    ];
  },
};
