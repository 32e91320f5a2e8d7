// The modules of a crate, and which of them imports which.
import { posix } from "node:path";

/** Blocks of tests at the end of a file; what they use is not the module's. */
const TESTS = /#\[cfg\((?:all\()?test\b[^\]]*\]\s*(?:pub\(crate\)\s*)?mod \w+ \{[\s\S]*$/;
const COMMENT = /\/\*[\s\S]*?\*\/|\/\/[^\n]*/g;
const STRING = /r#"[\s\S]*?"#|"(?:[^"\\]|\\.)*"/g;
const USE = /\buse\s+([^;]+);/g;
/** A path in the code itself, which no `use` brought in. */
const INLINE = /\b(?:crate|super|self|xano_realtime_\w+)(?:::\w+)+/g;
const SCRIPT = /\bmodule\s*=\s*"\/([^"]+\.js)"/g;

/**
 * The crates among these folders, with their files by the path of their module.
 *
 * @param {{ crate?: string, folder: string, files: Record<string, string> }[]} parts
 */
export function rustCrates(parts) {
  const crates = parts.filter(({ crate }) => crate).map(({ crate, folder, files }) => [crate, modules(folder, files)]);
  return Object.fromEntries(crates);
}

function modules(folder, files) {
  const byPath = new Map();
  for (const [file, text] of Object.entries(files)) {
    if (!file.endsWith(".rs")) continue;
    const relative = posix
      .relative(folder, file)
      .replace(/\.rs$/, "")
      .replace(/(^|\/)(mod|lib)$/, "");
    const path = relative === "main" ? "main" : relative.split("/").filter(Boolean).join("::");
    byPath.set(path, { file, uses: usesOf(text) });
  }
  return byPath;
}

/** Each `[from, to]`: a file, and a file that it imports from. */
export function rustImports(crates) {
  const imports = [];
  for (const [crate, byPath] of Object.entries(crates)) {
    for (const [path, { file, uses }] of byPath) {
      for (const use of uses.paths) {
        const to = resolve(crates, crate, path, use);
        if (to && to !== file) imports.push([file, to]);
      }
      for (const script of uses.scripts) imports.push([file, script]);
    }
  }
  return imports;
}

function usesOf(source) {
  const scripts = [...source.matchAll(SCRIPT)].map(([, path]) => path);
  const text = source.replace(TESTS, "").replace(COMMENT, "").replace(STRING, '""');
  const paths = [];
  const names = new Map();
  for (const [, tree] of text.matchAll(USE)) {
    for (const { path, name } of leaves(tree.replace(/\s+/g, " ").trim())) {
      paths.push(path);
      names.set(name, path);
    }
  }
  for (const [path] of text.replace(USE, "").matchAll(INLINE)) paths.push(path.split("::"));
  return { paths, names, scripts };
}

/** The paths of a `use` tree, each with the name that it brings in. */
function leaves(tree, prefix = []) {
  const brace = tree.indexOf("{");
  if (brace < 0) {
    const [path, alias] = tree.split(" as ").map((part) => part.trim());
    const segments = [...prefix, ...path.split("::")].filter((segment) => segment && segment !== "*");
    const full = segments.at(-1) === "self" && segments.length > 1 ? segments.slice(0, -1) : segments;
    return [{ path: full, name: alias ?? full.at(-1) }];
  }
  const outer = [...prefix, ...tree.slice(0, brace).split("::")].map((part) => part.trim()).filter(Boolean);
  return branches(tree.slice(brace + 1, tree.lastIndexOf("}"))).flatMap((branch) => leaves(branch, outer));
}

/** Splits at the commas that stand in no inner braces. */
function branches(text) {
  const parts = [""];
  let depth = 0;
  for (const letter of text) {
    if (letter === "{") depth++;
    if (letter === "}") depth--;
    if (letter === "," && depth === 0) parts.push("");
    else parts[parts.length - 1] += letter;
  }
  return parts.map((part) => part.trim()).filter(Boolean);
}

/** The file that defines what a path names, through re-exports; undefined for other crates. */
function resolve(crates, crate, from, [first, ...rest], depth = 0) {
  const owner = crates[first] ? first : crate;
  const byPath = crates[owner];
  let at = from === "main" ? "" : from;
  let segments = rest;
  if (crates[first] || first === "crate") at = "";
  else if (first === "super") at = parent(at);
  else if (first !== "self") {
    const child = join(at, first);
    // A child module, as `lib.rs` names its own; or another crate.
    if (!byPath.has(child)) return undefined;
    at = child;
  }
  while (segments[0] === "super") {
    at = parent(at);
    segments = segments.slice(1);
  }
  return descend(crates, owner, at, segments, depth);
}

function descend(crates, crate, start, segments, depth) {
  const byPath = crates[crate];
  let at = start;
  for (const [index, segment] of segments.entries()) {
    const child = join(at, segment);
    const reexport = byPath.get(at)?.uses.names.get(segment);
    if (byPath.has(child)) at = child;
    else if (reexport && depth < 8) {
      const path = [...reexport, ...segments.slice(index + 1)];
      return resolve(crates, crate, at, path, depth + 1) ?? byPath.get(at)?.file;
    } else break;
  }
  return byPath.get(at)?.file;
}

function join(path, segment) {
  return path ? `${path}::${segment}` : segment;
}

function parent(path) {
  return path.split("::").slice(0, -1).join("::");
}
