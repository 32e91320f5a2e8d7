// Where the two libraries part, and what it takes to see it.

import { isDeepStrictEqual } from "node:util";
import { original, ours } from "./browser.js";
import { MendedRun } from "./normalisers/run.js";
import { Run } from "./run.js";

/** The first step after which something is not the same; undefined where everything is. */
export async function firstDifference(program, bundle = ours) {
  const expected = await new MendedRun(program, original).play();
  const actual = await new Run(program, bundle).play();
  const index = program.steps.findIndex((_, step) => !isDeepStrictEqual(actual[step], expected[step]));
  return index < 0 ? undefined : { index, expected: expected[index], actual: actual[index] };
}

/** The same program without the steps that the difference does not need. */
export async function shrunk(program, bundle) {
  let smallest = program;
  for (let index = program.steps.length - 1; index >= 0; index--) {
    const steps = smallest.steps.toSpliced(index, 1);
    if (await firstDifference({ ...smallest, steps }, bundle)) smallest = { ...smallest, steps };
  }
  return smallest;
}

/** Everything that is needed to understand a difference. */
export async function report(program, bundle) {
  const smallest = await shrunk(program, bundle);
  const { index, expected, actual } = await firstDifference(smallest, bundle);
  const sides = [...new Set([...Object.keys(expected), ...Object.keys(actual)])]
    .filter((what) => !isDeepStrictEqual(expected[what], actual[what]))
    .flatMap((what) => [what, ...lines("the original", expected[what]), ...lines("ours", actual[what])]);
  return [readable(smallest), `They part at step ${index + 1}:`, ...sides].join("\n");
}

function lines(side, seen = ["nothing"]) {
  return seen.map((entry) => `  ${side}: ${typeof entry === "string" ? entry : JSON.stringify(entry)}`);
}

/** The program as one would write it. */
export function readable({ groups, clients, closing_ms, server, steps }) {
  const made = clients.map(({ group, base }, client) => {
    const { hash, token } = groups[group];
    return `client${client} = new XanoClient(${JSON.stringify({ ...base, hash, token })}), server ${group}`;
  });
  const numbered = steps.map((step, index) => `${index + 1}. ${sentence(step)}`);
  return [...made, `a socket takes ${closing_ms} ms to close, the server ${JSON.stringify(server)}`, ...numbered].join(
    "\n",
  );
}

function sentence({ do: what, object, client, group, ...rest }) {
  const call = (name, ...args) => {
    const given = args.filter((value) => value !== undefined).map((value) => JSON.stringify(value));
    return `${object}.${name}(${given.join(", ")})`;
  };
  switch (what) {
    case "make":
      return `${object} = client${client}.channel(${JSON.stringify(rest.name)}, ${JSON.stringify(rest.options)})`;
    case "on":
      return `${call("on", rest.action, rest.handler, rest.errors ? "and for errors" : undefined)}${reaction(rest.reaction)}`;
    case "message":
      return call("message", rest.payload, rest.options);
    case "whisper":
      return `${call("getPresence")}[${rest.member}].${rest.asks ? "history()" : `message(${JSON.stringify(rest.payload)})`}`;
    case "reconnect":
      return `client${client}.realtimeReconnect()`;
    case "token":
      return `client${client}.setRealtimeAuthToken(${JSON.stringify(rest.token)})`;
    case "remount":
      return `${call("destroy")}; ${sentence(rest.made)}; ${sentence(rest.on)}`;
    case "time":
      return `${rest.ms} ms pass`;
    case "frame":
      return `server ${group} sends ${rest.text}`;
    case "accept":
      return `server ${group} accepts`;
    case "online":
      return "the network is back";
    case "sleep":
      return "the machine sleeps and wakes up";
    case "slow":
    case "fast":
      return `the network to server ${group} becomes ${what}`;
    case "closing":
      return `server ${group} begins to close`;
    case "end":
      return `server ${group} ends with ${rest.code}`;
    default:
      return call(what);
  }
}

function reaction(reaction) {
  if (!reaction) return "";
  const does = reaction.throws ? "throw" : reaction.steps.map(sentence).join("; ");
  return ` // at call ${reaction.call}: ${does}`;
}
