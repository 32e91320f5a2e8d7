// How long a message takes to its recipients at a fixed rate, from its writing to the read that it is found in.
//
// One thread writes and reads everything: that it has 500 sockets to read is part of every contender's figure.

import { atMost } from "../../lib/budget.mjs";
import { compare, figures, least } from "../compare.mjs";

const NOT_A_PEER = ["ours", "bare write"];

export const part = {
  unit: "ms",

  async run(world) {
    const load = ["fan-out", "--subscribers=500", "--per-second=100", "--deliveries=150000"];
    const name = "500 subscribers, 100 messages per second";
    const reports = await compare(world, name, load, ({ latency_us }) => latency_us.p99);
    const values = (percentile) => figures(reports, ({ latency_us }) => latency_us[percentile] / 1e3);
    const peers = Object.entries(values("p99")).filter(([contender]) => !NOT_A_PEER.includes(contender));
    const best = least(...peers.map(([, figure]) => figure));
    return [
      { name: `${name}, p50`, values: values("p50") },
      { name: `${name}, p99`, values: values("p99"), budgets: [atMost("ours", { must: 1.2 * best, goal: best })] },
      { name: `${name}, worst`, values: values("worst") },
    ];
  },
};
