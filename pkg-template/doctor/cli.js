#!/usr/bin/env node
// The command `npx xano-wasm doctor`.

import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { playReport } from "./report.js";
import { playSteps } from "./steps.js";
import { playReportV2 } from "./v2/report.js";

const USAGE = `usage: npx xano-wasm doctor --base-url URL --hash HASH [--channel NAME] [--token TOKEN] [--report] [--json]
       npx xano-wasm doctor --v2 --base-url URL --canonical NAME [--channel NAME] [--type NAME] [--token TOKEN]
                                                                                     [--report] [--json]

Plays the steps of a connection to Xano Realtime and says for each what holds and what to do.

  --base-url URL  base URL of the instance or of an API group
  --hash HASH     connection hash of the Realtime Settings panel
  --channel NAME  also join this channel and send one message, which all its members see
  --v2            Realtime V2
  --canonical NAME  on V2: canonical of the Realtime server, or tenant:canonical
  --type NAME     on V2: the message of the channel to send; without it none is sent
  --token TOKEN   connect with this auth token; it is never printed
  --json          print the steps as JSON
  --report        try what docs/protocol.md or docs/protocol-v2.md assumes, and print as JSON what holds; needs
                  --channel. Sends many messages: name a channel without other members

The exit status is 0 when everything holds, 1 otherwise.`;

/** @type {import("node:util").ParseArgsOptionsConfig} */
const OPTIONS = {
  "base-url": { type: "string" },
  hash: { type: "string" },
  channel: { type: "string" },
  token: { type: "string" },
  v2: { type: "boolean", default: false },
  canonical: { type: "string" },
  type: { type: "string" },
  report: { type: "boolean", default: false },
  json: { type: "boolean", default: false },
  help: { type: "boolean", default: false },
};
const MARKS = { holds: "ok  ", fails: "FAIL", skipped: "-   " };
const STEP_WIDTH = 9;

await main(process.argv.slice(2));

async function main(args) {
  const { settings, problem } = read(args);
  if (problem !== undefined) {
    console.error(problem ? `${problem}\n\n${USAGE}` : USAGE);
    process.exitCode = problem ? 1 : 0;
    return;
  }
  const print = (text) => console.log(settings.token ? text.replaceAll(settings.token, "[token]") : text);
  if (settings.report) {
    const report = await (settings.v2 ? playReportV2 : playReport)(settings);
    print(JSON.stringify(report, undefined, 2));
    if (report.rows.some(({ verdict }) => verdict === "differs")) process.exitCode = 1;
    return;
  }
  const steps = await playSteps(settings);
  const failed = steps.filter(({ outcome }) => outcome === "fails").length;
  print(settings.json ? JSON.stringify({ holds: failed === 0, steps }, undefined, 2) : inWords(steps, failed));
  if (failed > 0) process.exitCode = 1;
}

/** The settings, or what is wrong with the arguments; an empty problem asks for the usage alone. */
function read(args) {
  let parsed;
  try {
    parsed = parseArgs({ args, options: OPTIONS, allowPositionals: true });
  } catch (error) {
    return { problem: error.message };
  }
  const { values, positionals } = parsed;
  if (values.help || args.length === 0) return { problem: "" };
  if (positionals.join(" ") !== "doctor")
    return { problem: `Unknown command “${positionals.join(" ")}”: it is doctor.` };
  if (!values["base-url"]) return { problem: "--base-url is missing." };
  const problem = values.v2 ? problemOfV2(values) : problemOfV1(values);
  if (problem) return { problem };
  if (values.report && !values.channel) return { problem: "--report needs --channel." };
  return { settings: { ...values, baseUrl: values["base-url"] } };
}

function problemOfV1({ hash, canonical, type }) {
  if (canonical !== undefined) return "--canonical is of Realtime V2: give --v2.";
  if (type !== undefined) return "--type is of Realtime V2: give --v2.";
  return hash ? undefined : "--hash is missing.";
}

function problemOfV2({ hash, canonical }) {
  if (hash !== undefined) return "--hash is of Realtime V1: with --v2 give --canonical.";
  return canonical ? undefined : "--canonical is missing.";
}

function inWords(steps, failed) {
  const lines = steps.flatMap(({ step, outcome, says, todo }) => [
    `${MARKS[outcome]}  ${step.padEnd(STEP_WIDTH)} ${says}`,
    ...(todo ? [`${" ".repeat(STEP_WIDTH + 7)}→ ${todo}`] : []),
  ]);
  const { version } = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8"));
  const verdict = failed === 0 ? "Everything that was tried holds." : `${failed} of ${steps.length} steps failed.`;
  return [`xano-wasm ${version}`, "", ...lines, "", verdict].join("\n");
}
