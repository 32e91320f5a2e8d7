// What a delivery costs when few say something to many, as fast as a window of messages allows.
//
// A message is in flight until its last recipient has read it; each publisher keeps a window of them there, and sends the
// next one with a write of its own as soon as there is room. What a peer counts as a delivery is what a subscriber gets:
// the payload in the peer's own frame (around 100 bytes of payload, nchan and the hubs put 2, ours some 150).

import { atMost } from "../../lib/budget.mjs";
import { compare, figures, least } from "../compare.mjs";

const WINDOW = 32;

const LOADS = [
  {
    name: "100 subscribers, 1 channel",
    options: ["--subscribers=100"],
    budget: (of) => ({ must: 0.8 * bestPeer(of), goal: bestNchan(of) }),
  },
  {
    name: "1,000 subscribers, 1 channel",
    options: ["--subscribers=1000"],
    budget: (of) => ({ must: 0.8 * bestPeer(of), goal: bestNchan(of) }),
  },
  {
    name: "1,000 in 100 channels, 4 publishers",
    options: ["--subscribers=1000", "--channels=100", "--publishers=4"],
    budget: (of) => ({ must: 0.9 * bestPeer(of), goal: 0.8 * bestNchan(of) }),
  },
];

/** Of what `ws` costs: stands for sockudo, a server of the Pusher protocol in Rust, where that is not part of the run. */
const SOCKUDO_OF_WS = 0.7;

export const part = {
  unit: "CPU s per million deliveries",

  async run(world) {
    const rows = [];
    for (const [size, bytes] of Object.entries({ "100 B": 100, "1 KB": 1024 })) {
      for (const { name, options, budget } of LOADS) {
        const load = ["fan-out", ...options, `--payload-bytes=${bytes}`, `--window=${WINDOW}`];
        rows.push(...(await rowsOf(world, `${name}, ${size}`, load, bytes === 100 ? budget : undefined)));
      }
    }
    const one = ["fan-out", "--subscribers=100", "--window=1", "--deliveries=50000"];
    rows.push(...(await rowsOf(world, "100 subscribers, one message in flight, 100 B", one)));
    return rows;
  },
};

async function rowsOf(world, name, options, budget) {
  const reports = await compare(world, name, options, cost);
  const costs = figures(reports, cost);
  return [
    {
      name,
      values: costs,
      ...(budget && {
        budgets: [
          atMost(
            "ours",
            budget((contender) => costs[contender]),
          ),
        ],
      }),
    },
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

function bestPeer(of) {
  return least(of("ws"), of("mosquitto"), of("sockudo") ?? SOCKUDO_OF_WS * of("ws"));
}

function bestNchan(of) {
  return least(of("nchan, 1 worker"), of("nchan, 2 workers"));
}
