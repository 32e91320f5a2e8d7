// The package in Hermes, bundled and compiled as for React Native, with the globals that React Native 0.76 has.

import assert from "node:assert/strict";
import { copyFile, readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { packagedStage } from "../packaging/support/stage.js";
import { runInHermes } from "./react-native/hermes.js";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const { transformAsync } = createRequire(import.meta.url)("@babel/core");

const stage = packagedStage();

/** As Metro does it: the preset takes away what Hermes does not know. */
async function compiled(source) {
  const { code } = await transformAsync(source, {
    babelrc: false,
    configFile: false,
    compact: true,
    presets: [[here("node_modules/@react-native/babel-preset"), { enableBabelRuntime: false }]],
  });
  return code;
}

/** The program in one file, by the condition that Metro sets. */
async function bundled() {
  const folder = await stage.packed.install("node-esm");
  await copyFile(here("react-native/main.js"), join(folder, "main.js"));
  const { outputFiles } = await build({
    entryPoints: [join(folder, "main.js")],
    write: false,
    bundle: true,
    format: "iife",
    conditions: ["react-native"],
    logLevel: "warning",
  });
  return outputFiles[0].text;
}

test("Hermes, which has no WebAssembly, with the URL of React Native", async (t) => {
  const globals = await readFile(here("react-native/globals.js"), "utf8");
  const scripts = [await compiled(globals), await compiled(await bundled())];

  const outcome = await runInHermes(t, scripts, stage.server.clientSettings);

  assert.deepEqual(outcome, {
    hello: "Hello",
    isNumbered: true,
    lacking: ["WebAssembly", "crypto", "TextDecoderStream", "document"],
  });
});
