// Contenders under one load, one after the other, in an order that changes from round to round.

import { measure } from "./running.mjs";

/** Medians are of so many. */
const ROUNDS = 3;

/**
 * What each contender reports in the run whose figure is the middle one of three.
 *
 * @template Report
 * @param {{ contenders: import("./contenders.mjs").Contender[], progress(text: string): void }} world
 * @param {string} name
 * @param {string[]} options of bench-load, the subcommand first
 * @param {(report: Report) => number} figure
 * @returns {Promise<Record<string, Report>>}
 */
export async function compare({ contenders, progress }, name, options, figure) {
  const reports = new Map(contenders.map((contender) => [contender, []]));
  for (let round = 0; round < ROUNDS; round++) {
    progress(`${name}, ${round + 1} of ${ROUNDS}`);
    for (const contender of rotated(contenders, round)) {
      reports.get(contender).push(await measure(contender, options));
    }
  }
  return Object.fromEntries([...reports].map(([{ name }, runs]) => [name, middle(runs, figure)]));
}

/** One figure of each. */
export function figures(reports, figure) {
  return Object.fromEntries(Object.entries(reports).map(([contender, report]) => [contender, figure(report)]));
}

function middle(runs, figure) {
  const sorted = [...runs].sort((one, other) => figure(one) - figure(other));
  return sorted[sorted.length >> 1];
}

function rotated(list, by) {
  return [...list.slice(by % list.length), ...list.slice(0, by % list.length)];
}
