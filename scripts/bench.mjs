// npm run bench: what is measured, beside what was promised. `npm run bench -- page` runs the parts whose names begin so,
// `-- --all` measures further servers.
import { writeFileSync } from "node:fs";
import { availableParallelism, cpus } from "node:os";
import { join } from "node:path";
import { judge } from "../bench/lib/budget.mjs";
import { printSummary, printTable } from "../bench/lib/table.mjs";
import { CONTENDERS, FURTHER_CONTENDERS } from "../bench/server/contenders.mjs";
import { programParts } from "./lib/build.mjs";
import { runParts } from "./lib/parts.mjs";
import {
  ensureBenchPackages,
  ensureChromium,
  ensureFirefox,
  ensureNodePackages,
  ensureRedis,
  ensureRustToolchain,
  ensureWebKit,
} from "./lib/prerequisites.mjs";
import { Failure } from "./lib/run.mjs";
import { root } from "./lib/workspace.mjs";

const PAGE = ["page/receive", "page/flood", "page/send", "page/start", "page/memory"];
const SERVER = [
  "server/fan-out",
  "server/latency",
  "server/memory",
  "server/arrivals",
  "server/growth",
  "server/churn",
  "server/cluster",
];
const PARTS = ["size", ...PAGE, ...SERVER];
const BROWSERS = { chromium: ensureChromium, firefox: ensureFirefox, webkit: ensureWebKit };

const words = process.argv.slice(2);
const wanted = words.filter((word) => word !== "--all");
const servers = words.includes("--all") ? [...CONTENDERS, ...FURTHER_CONTENDERS] : CONTENDERS;
const chosen = PARTS.filter((name) => wanted.length === 0 || wanted.some((prefix) => name.startsWith(prefix)));
const browsers = [];
const contenders = [];
const results = [];

await runParts("npm run bench", [
  ["npm packages", ensureNodePackages],
  ["npm packages of the benchmarks", ensureBenchPackages],
  ["Rust toolchain", ensureRustToolchain],
  ...programParts(),
  ...(chosen.some((name) => name.startsWith("page/")) ? Object.keys(BROWSERS).map(browser) : []),
  ...(chosen.some((name) => name.startsWith("server/")) ? servers.map(server) : []),
  ...(chosen.includes("server/cluster") ? [["Redis", ensureRedis]] : []),
  ...chosen.map((name) => [name, () => measure(name)]),
  ["results", finish],
]);

/** Where the browser cannot be had, the others are measured. */
function browser(name) {
  return [
    name,
    async () => {
      await BROWSERS[name]();
      browsers.push(name);
    },
  ];
}

/** Where a server cannot be had, the others are measured. */
function server(contender) {
  return [
    contender.name,
    async () => {
      await contender.ensure?.();
      contenders.push(contender);
    },
  ];
}

async function measure(name) {
  const { part } = await import(`../bench/${name}/part.mjs`);
  const rows = await part.run({ browsers, contenders, progress: (text) => console.log(`${name}: ${text}`) });
  results.push({ name, unit: part.unit, rows });
  printTable(name, part.unit, rows);
  for (const [file, plot] of Object.entries(part.plots?.(rows) ?? {})) writePlot(file, plot);
}

function writePlot(file, plot) {
  const path = join(root, "docs/images", file);
  writeFileSync(path, plot);
  console.log(`plot: docs/images/${file}`);
}

function finish() {
  if (results.length === 0) throw new Failure(`nothing is called ${wanted.join(" or ")}; there is ${PARTS.join(", ")}`);
  for (const { name, unit, rows } of results) {
    console.log();
    printTable(name, unit, rows);
  }
  console.log();
  printSummary(results.flatMap(({ rows }) => rows));
  const machine = { processor: cpus()[0]?.model, cores: availableParallelism(), system: process.platform };
  const parts = results.map(({ rows, ...part }) => ({
    ...part,
    rows: rows.map((row) => ({ name: row.name, values: row.values, promised: judge(row) })),
  }));
  writeFileSync(join(root, "bench/results.json"), `${JSON.stringify({ machine, parts }, null, 2)}\n`);
}
