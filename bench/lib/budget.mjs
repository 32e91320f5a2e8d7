// What a benchmark finds, and what was promised of it.

/**
 * A part of `npm run bench`, exported as `part` by `bench/{name}/part.mjs`. `run` measures, says now and then what it is
 * at, and resolves to its rows. `plots`, where there are any: SVG by file name.
 *
 * @typedef {{ unit: string, run(world: World): Promise<Row[]>, plots?(rows: Row[]): Record<string, string> }} Part
 * @typedef {{ browsers: string[], contenders: import("../server/contenders.mjs").Contender[], progress(text: string): void }} World
 * @typedef {{ name: string, values: Record<string, number>, budgets?: Budget[] }} Row
 *
 * `of` names the value that is meant. `must`: without it the work is not done; `goal`: where we mean to be.
 * @typedef {{ of: string, is: "at least" | "at most", must?: number, goal?: number }} Budget
 */

export function atLeast(of, limits) {
  return { of, is: "at least", ...limits };
}

export function atMost(of, limits) {
  return { of, is: "at most", ...limits };
}

/**
 * The budgets of the server, as multiples of what uWebSockets costs in the same run. The goal is to cost no more than it.
 * Loads are named as in `bench/server/fan-out`.
 */
export const BESIDE_UWEBSOCKETS = {
  "100 subscribers, 1 channel": 1.35,
  "1,000 subscribers, 1 channel": 1.35,
  "1,000 in 100 channels, 4 publishers": 1.25,
  "1,000 subscribers, one message in flight": 1.2,
  latency: 1.2,
};

/** What an idle socket may occupy in the server. */
export const IDLE_SOCKET_BYTES = { must: 5_300, goal: 3_300 };

/** How long the slowest of a hundred joins may take at 1,000 a second. */
export const JOIN_P99_MS = { goal: 2 };

/** The budget of ours, the figures of the contenders given; none where uWebSockets could not be measured. */
export function besideUWebSockets(load, { uWebSockets }) {
  const times = BESIDE_UWEBSOCKETS[load];
  if (times === undefined || uWebSockets === undefined) return [];
  return [atMost("ours", { must: times * uWebSockets, goal: uWebSockets })];
}

/** The budget of Realtime V2: a delivery costs little more than one of V1 in the same run. */
export function besideV1({ ours }) {
  return [atMost("ours, V2", { must: 1.2 * ours })];
}

/** Each promise of a row, with whether it holds. */
export function judge({ values, budgets = [] }) {
  return budgets.flatMap(({ of, is, ...limits }) =>
    ["must", "goal"]
      .filter((level) => limits[level] !== undefined)
      .map((level) => ({ of, is, level, limit: limits[level], holds: holds(values[of], is, limits[level]) })),
  );
}

function holds(value, is, limit) {
  return is === "at least" ? value >= limit : value <= limit;
}
