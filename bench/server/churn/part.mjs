// Whether the server keeps its books while clients move from channel to channel: 5,000 sockets, 100 channels, two minutes.
//
// The load generator fails when one delivery is missing or double, or when the server's counters differ from its own.

import { atMost } from "../../lib/budget.mjs";
import { OURS_ALONE } from "../contenders.mjs";
import { measure } from "../running.mjs";

/** More, and the memory is still growing. */
const GROWTH = { must: 1.05 };

export const part = {
  unit: "see rows",

  async run({ progress }) {
    progress("5,000 sockets on 100 channels, two minutes");
    const report = await measure(OURS_ALONE, ["churn"]);
    const { messages, deliveries, stays, seconds, cpu, resident_bytes, memory_growth } = report;
    const row = (name, ours, budgets) => ({ name, values: { ours }, budgets });
    return [
      row("messages", messages),
      row("deliveries", deliveries),
      row("joins with their leaves", stays),
      row("seconds", seconds),
      row("CPU s", cpu.user_s + cpu.system_s),
      row("MB with all connected", resident_bytes[0] / 1e6),
      row("MB at the end", resident_bytes.at(-1) / 1e6),
      row("memory at the end / after half of the time", memory_growth, [atMost("ours", GROWTH)]),
    ];
  },
};
