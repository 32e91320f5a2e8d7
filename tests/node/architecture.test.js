// The picture of the modules shows the imports that there are, and circles between folders; prose is told from code.
import assert from "node:assert/strict";
import { test } from "node:test";
import { circles } from "../../scripts/lib/architecture/graph.mjs";
import { scriptImports } from "../../scripts/lib/architecture/javascript.mjs";
import { rustCrates, rustImports } from "../../scripts/lib/architecture/rust.mjs";
import { breaches } from "../../scripts/lib/architecture/rules.mjs";
import { hit, proseOf } from "../../scripts/lib/prose.mjs";

function importsOf(files, others = []) {
  return rustImports(rustCrates([{ crate: "xano_realtime_server", folder: "s", files }, ...others]));
}

test("a use tree names each module that it reaches, over several lines and through re-exports", () => {
  const files = {
    "s/lib.rs": "mod a;\nmod b;\npub use b::inner::Thing;",
    "s/a.rs": "use crate::{\n    Thing,\n    b::{self, other as renamed},\n};",
    "s/b/mod.rs": "mod inner;\nmod other;",
    "s/b/inner.rs": "pub struct Thing;",
    "s/b/other.rs": "use super::inner::Thing;",
  };
  const imports = importsOf(files).map((pair) => pair.join(" "));
  for (const expected of [
    "s/a.rs s/b/inner.rs",
    "s/a.rs s/b/mod.rs",
    "s/a.rs s/b/other.rs",
    "s/b/other.rs s/b/inner.rs",
  ]) {
    assert.ok(imports.includes(expected), `${expected} in ${imports.join(", ")}`);
  }
});

test("a path in the code is an import; comments, texts, tests and other crates are none", () => {
  const files = {
    "s/lib.rs": "",
    "s/a.rs": [
      "//! crate::c::X",
      "use tokio::time::sleep;",
      'fn f() { crate::b::g("crate::c::X") }',
      "#[cfg(test)]\nmod tests {\n    use crate::c::X;\n}",
    ].join("\n"),
    "s/b.rs": "",
    "s/c.rs": "",
  };
  assert.deepEqual(importsOf(files), [["s/a.rs", "s/b.rs"]]);
});

test("a path into another crate of the repository is an import", () => {
  const hub = { crate: "xano_realtime_hub", folder: "h", files: { "h/lib.rs": "", "h/room.rs": "" } };
  const imports = importsOf({ "s/a.rs": "use xano_realtime_hub::room::Room;" }, [hub]);
  assert.deepEqual(imports, [["s/a.rs", "h/room.rs"]]);
});

test("a script imports another, and the boundary of the wasm", () => {
  const files = {
    "p/a.js": 'import {\n  b,\n} from "./b.js";\nimport { c } from "wasm:instance";\n// import "./d.js"',
    "p/b.js": 'export * from "lit-html";',
    "p/d.js": "",
  };
  assert.deepEqual(scriptImports(files, "src/npm/mod.rs"), [
    ["p/a.js", "p/b.js"],
    ["p/a.js", "src/npm/mod.rs"],
  ]);
});

test("folders that import each other are a circle, over others too; the top level is in none", () => {
  const boxes = ["s", "s/a", "s/b", "s/c", "s/d"].map((id) => ({ id, part: "s" }));
  const arrows = ["a b", "b c", "c a", "c d"].map((pair) => pair.split(" ").map((name) => `s/${name}`));
  arrows.push(["s", "s/d"], ["s/d", "s"]);
  const graph = { boxes, arrows: arrows.map(([from, to]) => ({ from, to })) };
  assert.deepEqual(circles(graph), [["s/a", "s/b", "s/c"]]);
  graph.arrows = graph.arrows.filter(({ from, to }) => `${from} ${to}` !== "s/c s/a");
  assert.deepEqual(circles(graph), []);
});

test("an import that a rule forbids is found, by folder and by file", () => {
  const imports = ["a/x.rs b/y.rs", "a/x.rs c.rs", "a/x.rs bb/z.rs", "b/y.rs a/x.rs"].map((pair) => pair.split(" "));
  const found = breaches({ arrows: [{ imports }] }, [{ from: "a", never: ["b", "c"] }]);
  assert.deepEqual(found, ["a/x.rs must not import b/y.rs", "a/x.rs must not import c.rs"]);
});

test("vague words are found in comments and documents, and not in code", () => {
  const source =
    'let somebody = "nobody"; // everybody\n/// Nothing vague.\nlet url = "http://whoever";\n/* by\n   now is to be */';
  const hits = proseOf("a.rs", source).flatMap((line) => hit("a.rs", line));
  assert.deepEqual(
    hits.map(({ at, words }) => [at, words]),
    [
      ["a.rs:1", ["everybody"]],
      ["a.rs:5", ["is to be"]],
    ],
  );
  assert.equal(proseOf("a.md", "Somebody\n\ncame by now").flatMap((line) => hit("a.md", line)).length, 2);
});
