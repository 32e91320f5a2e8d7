// What the server's memory grows by for a connection that does nothing. Buffers of the kernel are not in it.

import { atMost, IDLE_SOCKET_BYTES } from "../../lib/budget.mjs";
import { compare, figures } from "../compare.mjs";

const CONNECTIONS = 5_000;

export const part = {
  unit: "bytes RSS per connection",

  async run({ contenders, progress }) {
    // The bare server only says what a write costs.
    const world = { contenders: contenders.filter(({ name }) => name !== "bare write"), progress };
    const name = `${CONNECTIONS.toLocaleString("en")} idle connections, each on one of 100 channels`;
    const figure = ({ steps }) => steps.at(-1).bytes_per_connection;
    const reports = await compare(world, name, ["idle", `--connections=${CONNECTIONS}`], figure);
    return [{ name, values: figures(reports, figure), budgets: [atMost("ours", IDLE_SOCKET_BYTES)] }];
  },
};
