// How long a message takes to its recipients at a fixed rate, from its writing to the read that it is found in.
//
// One thread writes and reads everything: that it has 500 sockets to read is part of every contender's figure.

import { besideUWebSockets } from "../../lib/budget.mjs";
import { compare, figures } from "../compare.mjs";

export const part = {
  unit: "ms",

  async run(world) {
    const load = ["fan-out", "--subscribers=500", "--per-second=100", "--deliveries=150000"];
    const name = "500 subscribers, 100 messages per second";
    const reports = await compare(world, name, load, ({ latency_us }) => latency_us.p99);
    const values = (percentile) => figures(reports, ({ latency_us }) => latency_us[percentile] / 1e3);
    const row = (percentile) => ({
      name: `${name}, ${percentile}`,
      values: values(percentile),
      budgets: besideUWebSockets("latency", values(percentile)),
    });
    return [row("p50"), row("p99"), { name: `${name}, worst`, values: values("worst") }];
  },
};
