// The rows of a part as a table for people.

import { judge } from "./budget.mjs";

const SIGNS = { "at least": "≥", "at most": "≤" };

export function printTable(name, unit, rows) {
  const columns = [...new Set(rows.flatMap(({ values }) => Object.keys(values)))];
  const cells = rows.map((row) => [
    row.name,
    ...columns.map((column) => number(row.values[column])),
    judge(row).map(verdict).join(", "),
  ]);
  const head = [`${name}, ${unit}`, ...columns, "promised"];
  const widths = head.map((_, index) => Math.max(...[head, ...cells].map((line) => [...line[index]].length)));
  for (const line of [head, ...cells]) {
    console.log(
      line
        .map((cell, index) => align(cell, widths[index], index, line.length))
        .join("  ")
        .trimEnd(),
    );
  }
}

/** How many of the promises hold. */
export function printSummary(rows) {
  for (const level of ["must", "goal"]) {
    const verdicts = rows.flatMap((row) => judge(row).filter((verdict) => verdict.level === level));
    const kept = verdicts.filter(({ holds }) => holds);
    console.log(`${level}: ${kept.length} of ${verdicts.length} hold`);
  }
}

function verdict({ of, is, level, limit, holds }) {
  return `${holds ? "✓" : "✗"} ${level} ${of} ${SIGNS[is]} ${limit.toLocaleString("en")}`;
}

function number(value) {
  if (value === undefined) return "";
  const digits = Number.isInteger(value) || value >= 1000 ? 0 : value >= 100 ? 1 : 2;
  return value.toLocaleString("en", { minimumFractionDigits: digits, maximumFractionDigits: digits });
}

/** Numbers to the right, texts to the left. */
function align(cell, width, index, length) {
  const blanks = " ".repeat(width - [...cell].length);
  return index === 0 || index === length - 1 ? cell + blanks : blanks + cell;
}
