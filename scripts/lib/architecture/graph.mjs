// The folders of the repository's products, and the imports between them.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, posix } from "node:path";
import { root } from "../workspace.mjs";
import { scriptImports } from "./javascript.mjs";
import { rustCrates, rustImports } from "./rust.mjs";

/** What is drawn, from what users hold down to what both sides share; a part that does not exist yet is left out. */
const PARTS = [
  { folder: "pkg-template/entry", title: "ways of loading the package" },
  { folder: "pkg-template/src", title: "the npm package in JavaScript" },
  { folder: "src", title: "the client in Rust", crate: "xano_wasm" },
  { folder: "server/src", title: "the reference server", crate: "xano_realtime_server" },
  { folder: "hub/src", title: "channels and members, pure", crate: "xano_realtime_hub" },
  { folder: "protocol/src", title: "the words of the wire", crate: "xano_realtime_protocol" },
];
/** Where JavaScript meets wasm. */
const BOUNDARY = "src/npm/mod.rs";
/** They name every module, and put the parts together: what they use is no fault. */
const ASSEMBLY = ["lib.rs", "main.rs"];

/**
 * @typedef {{ id: string, part: string, name: string, files: string[] }} Box a folder, or what lies loose in a part
 * @typedef {{ from: string, to: string, imports: [from: string, to: string][] }} Arrow between boxes
 */

/** @returns {{ parts: typeof PARTS, boxes: Box[], arrows: Arrow[] }} */
export function readGraph() {
  const parts = PARTS.filter(({ folder }) => existsSync(join(root, folder))).map((part) => ({
    ...part,
    files: textsIn(part.folder),
  }));
  const files = Object.assign({}, ...parts.map((part) => part.files));
  const imports = [...rustImports(rustCrates(parts)), ...scriptImports(files, BOUNDARY)];
  return { parts, boxes: boxesOf(parts).filter(isMoreThanAssembly), arrows: arrowsOf(parts, imports) };
}

/** Sources by path, without tests. */
function textsIn(folder) {
  const texts = {};
  for (const entry of readdirSync(join(root, folder), { withFileTypes: true }).sort(byName)) {
    const path = posix.join(folder, entry.name);
    if (entry.isDirectory()) {
      if (entry.name !== "tests") Object.assign(texts, textsIn(path));
    } else if (/\.(rs|js|lua)$/.test(entry.name) && entry.name !== "tests.rs") {
      texts[path] = readFileSync(join(root, path), "utf8");
    }
  }
  return texts;
}

function boxesOf(parts) {
  const boxes = new Map();
  for (const part of parts) {
    for (const file of Object.keys(part.files)) {
      const { id, name, inner } = placeOf(part.folder, file);
      if (!boxes.has(id)) boxes.set(id, { id, part: part.folder, name, files: [] });
      boxes.get(id).files.push(inner);
    }
  }
  return [...boxes.values()].sort((one, other) => compare(one.id, other.id));
}

function isMoreThanAssembly({ id, part, files }) {
  return id !== part || files.some((file) => !ASSEMBLY.includes(file));
}

function arrowsOf(parts, imports) {
  const arrows = new Map();
  const seen = new Set();
  for (const [from, to] of imports.sort(
    ([one, first], [other, second]) => compare(one, other) || compare(first, second),
  )) {
    if (seen.has(`${from} ${to}`) || ASSEMBLY.includes(posix.basename(from))) continue;
    seen.add(`${from} ${to}`);
    const [source, target] = [from, to].map((file) => placeOf(partOf(parts, file), file).id);
    if (source === target) continue;
    const key = `${source} ${target}`;
    if (!arrows.has(key)) arrows.set(key, { from: source, to: target, imports: [] });
    arrows.get(key).imports.push([from, to]);
  }
  return [...arrows.values()];
}

function partOf(parts, file) {
  return parts.map(({ folder }) => folder).find((folder) => file.startsWith(`${folder}/`));
}

function placeOf(folder, file) {
  const [first, ...rest] = posix.relative(folder, file).split("/");
  return rest.length === 0
    ? { id: folder, name: "(top level)", inner: first }
    : { id: `${folder}/${first}`, name: `${first}/`, inner: rest.join("/") };
}

/**
 * Sets of folders of one part that import each other, directly or through others. The files on the top level of a part
 * put its folders together, so they are in no circle.
 *
 * @returns {string[][]}
 */
export function circles({ boxes, arrows }) {
  const folders = boxes.filter(({ id, part }) => id !== part).map(({ id }) => id);
  const reach = new Map(folders.map((id) => [id, reachable(id, folders, arrows)]));
  const found = new Map();
  for (const id of folders) {
    const circle = folders.filter((other) => reach.get(id).has(other) && reach.get(other).has(id));
    if (circle.length > 1) found.set(circle.join(), circle);
  }
  return [...found.values()];
}

function reachable(start, folders, arrows) {
  const reached = new Set();
  const next = [start];
  while (next.length > 0) {
    const at = next.pop();
    for (const { from, to } of arrows) {
      if (from !== at || !folders.includes(to) || reached.has(to)) continue;
      reached.add(to);
      next.push(to);
    }
  }
  return reached;
}

function byName(one, other) {
  return compare(one.name, other.name);
}

/** As bytes: the same on every machine. */
function compare(one, other) {
  return one < other ? -1 : one > other ? 1 : 0;
}
