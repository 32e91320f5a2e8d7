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
