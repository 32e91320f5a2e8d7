// The package in Node, imported and required, and where something of Node's is missing.

import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";
import { argumentsFor } from "../support/doctor.js";
import { runNode } from "./support/projects.js";
import { packagedStage } from "./support/stage.js";

const stage = packagedStage();

for (const project of ["node-esm", "node-cjs"]) {
  test(`a program that says hello and ends: ${project}`, async () => {
    const folder = await stage.packed.install(project);

    assert.equal(await runNode(folder, "main.js", stage.settings), "Hello");
  });
}

for (const program of ["main.js", "main.cjs"]) {
  test(`what applications import out of the depths of the original: ${program}`, async () => {
    const folder = await stage.packed.install("deep-imports");

    assert.equal(await runNode(folder, program, stage.settings), "message true true");
  });
}

test("without a WebSocket an error says how to give one, and that works", async () => {
  const folder = await stage.packed.install("no-websocket");
  const run = (program) => runNode(folder, "--import", "./without-websocket.js", program, stage.settings);

  const message = await run("main.js");

  assert.match(
    message,
    /^Error: No WebSocket could be made\. .+ Address and cause: ws:.+: ReferenceError: WebSocket is not defined$/,
  );
  const [, remedy] = /Node before 22 needs: (.+)\. Address/.exec(message);
  await writeFile(join(folder, "remedied.js"), `${remedy};\nawait import("./main.js");\n`);
  assert.equal(await run("remedied.js"), "Hello");
});

test("without WebAssembly importing is silent, and the first channel says what is wrong", async () => {
  const folder = await stage.packed.install("no-webassembly");
  assert.match(
    await runNode(folder, "--import", "./without-webassembly.js", "main.js", stage.settings),
    /^Error: xano-wasm could not start: WebAssembly is not defined\. .+ Is WebAssembly switched off/,
  );
});

for (const condition of ["workerd", "edge-light", "react-native"]) {
  test(`the condition "${condition}" takes the client without WebAssembly, to import and to require`, async () => {
    for (const project of ["node-esm", "node-cjs"]) {
      const folder = await stage.packed.install(project);

      assert.equal(await runNode(folder, `--conditions=${condition}`, "--jitless", "main.js", stage.settings), "Hello");
    }
  });

  test(`under the condition "${condition}" the other entries with channels are the same client`, async () => {
    const folder = await stage.packed.install("node-esm");
    const entries = ["xano-wasm/realtime", "xano-wasm/lib", "xano-wasm/lib/client", "xano-wasm/lib/client.js"];
    const program = `
      import { XanoClient } from "xano-wasm";
      for (const entry of ${JSON.stringify(entries)}) {
        if ((await import(entry)).XanoClient !== XanoClient) console.log(entry);
      }
    `;

    assert.equal(await runNode(folder, `--conditions=${condition}`, "--input-type=module", "--eval", program), "");
  });
}

test("xano-wasm/realtime sends a message; xano-wasm/http sends requests and says that it has no channels", async () => {
  const folder = await stage.packed.install("parts");

  assert.equal(await runNode(folder, "main.js", stage.settings), "Hello no_realtime 200");
});

test("an application that takes a storage out of the package gets that alone", async () => {
  const folder = await stage.packed.install("esbuild");

  const bundle = await bundled({ entryPoints: [join(folder, "part.js")] });

  assert.ok(gzipSync(bundle, { level: 9 }).length <= 1_000, `${bundle.length} bytes before gzip`);
});

test("an application with channels has at most 15,500 bytes of this package, in production without help", async (t) => {
  const folder = await stage.packed.install("esbuild");
  const contents = 'import { XanoClient } from "xano-wasm/realtime"; globalThis.client = new XanoClient({});';
  const stdin = { contents, resolveDir: folder };

  const production = await bundled({ stdin });
  const size = gzipSync(production, { level: 9 }).length;
  t.diagnostic(`${size} bytes`);

  assert.ok(size <= 15_500, `${size} bytes`);
  assert.doesNotMatch(production, /Realtime Settings/);
  assert.match(await bundled({ stdin, conditions: ["development"] }), /Realtime Settings/);
});

test("the command `xano-wasm doctor` comes with the package, and examines a server", async () => {
  const folder = await stage.packed.install("node-esm");
  const installed = join(folder, "node_modules/xano-wasm");
  const { bin } = JSON.parse(await readFile(join(installed, "package.json"), "utf8"));

  const told = await runNode(folder, join(installed, bin["xano-wasm"]), "doctor", ...argumentsFor(stage.server));

  assert.match(told, /\n\nEverything that was tried holds\.$/);
});

/** What esbuild makes of it for a page. */
async function bundled(options) {
  const { outputFiles } = await build({ ...options, bundle: true, minify: true, format: "esm", write: false });
  return outputFiles[0].text;
}
