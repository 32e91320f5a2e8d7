// What can be imported: what the types promise, and everything that the original exports.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import * as original from "@xano/js-sdk";
import { sdk } from "../support/package.js";

const VALUE = /^export declare (?:abstract )?(?:class|const|enum|function) (\w+)/gm;

test("what index.d.ts declares as a value is one, and nothing else is exported", () => {
  const read = (file) => readFileSync(new URL(`../../pkg/${file}`, import.meta.url), "utf8");
  const types = read("index.d.ts") + read("requests.d.ts");
  const declared = [...types.matchAll(VALUE)].map(([, name]) => name);

  assert.deepEqual(Object.keys(sdk).sort(), declared.sort());
});

test("the names of the original are among them", () => {
  const missing = Object.keys(original.default).filter((name) => !Object.hasOwn(sdk, name));

  assert.deepEqual(missing, []);
});
