// The words that make a sentence vague, counted per comment line and per line of a document.
import { readdirSync, readFileSync } from "node:fs";
import { join, posix } from "node:path";
import { Failure } from "./run.mjs";
import { root } from "./workspace.mjs";

const VAGUE =
  /\b(?:those|somebody|someone|whoever|nobody|everybody|by now|what came of|(?:is|are|was) to be|not any more|meanwhile)\b/gi;

/** Each folder or file that is measured, with the share of its lines that may have such a word; undefined: any. */
const LIMITS = {
  protocol: 0.01,
  server: 0.01,
  hub: 0.01,
  src: undefined,
  "pkg-template": undefined,
  bench: undefined,
  scripts: undefined,
  xtask: undefined,
  tests: undefined,
  docs: undefined,
  "README.md": undefined,
};
const SKIPPED = ["node_modules", "target", "vendor"];

/** @returns {{ place: string, lines: number, hits: { at: string, words: string[], text: string }[], limit?: number }[]} */
export function measureProse() {
  return Object.entries(LIMITS).map(([place, limit]) => {
    const files = filesIn(place).map((path) => ({ path, lines: proseOf(path) }));
    const hits = files.flatMap(({ path, lines }) => lines.flatMap((line) => hit(path, line)));
    return { place, limit, hits, lines: files.reduce((sum, { lines }) => sum + lines.length, 0) };
  });
}

export function describeShare({ place, lines, hits, limit }) {
  const promised = limit === undefined ? "" : `, ${percent(limit)} may`;
  return `${place}: ${hits.length} of ${lines} lines, ${percent(share({ lines, hits }))}${promised}`;
}

/** Fails where a limit is exceeded. */
export function checkProse() {
  const measured = measureProse();
  for (const place of measured) console.log(describeShare(place));
  const faults = measured.filter((place) => place.limit !== undefined && share(place) > place.limit);
  if (faults.length > 0) {
    throw new Failure(
      `too many vague lines: ${faults.map(describeShare).join("; ")}. \`node scripts/vague.mjs\` lists them`,
    );
  }
}

function share({ lines, hits }) {
  return lines === 0 ? 0 : hits.length / lines;
}

function percent(share) {
  return `${(share * 100).toFixed(2)} %`;
}

export function hit(path, { number, text }) {
  const words = text.match(VAGUE);
  return words ? [{ at: `${path}:${number}`, words, text }] : [];
}

function filesIn(place) {
  if (/\.\w+$/.test(place)) return [place];
  let entries;
  try {
    entries = readdirSync(join(root, place), { withFileTypes: true });
  } catch (error) {
    // The hub has no folder of its own yet.
    if (error.code === "ENOENT") return [];
    throw error;
  }
  return entries
    .filter(({ name }) => !SKIPPED.includes(name))
    .flatMap((entry) => {
      const path = posix.join(place, entry.name);
      if (entry.isDirectory()) return filesIn(path);
      return /\.(rs|js|mjs|ts|md)$/.test(entry.name) ? [path] : [];
    });
}

/** The comment lines of a source, or the lines of a document that are not blank. */
export function proseOf(path, source = readFileSync(join(root, path), "utf8")) {
  const lines = source.split("\n").map((text, index) => ({ number: index + 1, text: text.trim() }));
  return path.endsWith(".md") ? lines.filter(({ text }) => text !== "") : comments(lines);
}

function comments(lines) {
  const found = [];
  let isInside = false;
  for (const line of lines) {
    const comment = isInside || line.text.startsWith("/*") ? line.text : lineComment(line.text);
    if (line.text.startsWith("/*")) isInside = true;
    if (isInside && line.text.includes("*/")) isInside = false;
    if (comment) found.push({ ...line, text: comment });
  }
  return found;
}

/** From `//` on: at the start of a line, or behind code, where a blank stands on both sides of it. */
function lineComment(text) {
  const start = text.startsWith("//") ? 0 : text.search(/\s\/\/\s/);
  return start < 0 ? undefined : text.slice(start).trim();
}
