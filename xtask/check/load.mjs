// Loads the package in each way that Node knows, instantiates the module and makes one call.
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import vm from "node:vm";

const folder = process.argv[2];
const settings = { apiGroupBaseUrl: "http://127.0.0.1/api:build", realtimeConnectionHash: "build" };

const ways = {
  "import index.js": () => import(pathToFileURL(join(folder, "index.js"))),
  "require index.cjs": () => createRequire(import.meta.url)(join(folder, "index.cjs")),
  "script dist/xano.min.js": () => globalsOf(join(folder, "dist/xano.min.js")),
  "import js.js": () => import(pathToFileURL(join(folder, "js.js"))),
  "require js.cjs": () => createRequire(import.meta.url)(join(folder, "js.cjs")),
  "script dist/xano.js.min.js": () => globalsOf(join(folder, "dist/xano.js.min.js")),
  "import realtime.js": () => import(pathToFileURL(join(folder, "realtime.js"))),
  "require realtime.cjs": () => createRequire(import.meta.url)(join(folder, "realtime.cjs")),
  "import http.js": () => import(pathToFileURL(join(folder, "http.js"))),
  "require http.cjs": () => createRequire(import.meta.url)(join(folder, "http.cjs")),
  "import slim.js": async () => {
    const slim = await import(pathToFileURL(join(folder, "slim.js")));
    await slim.init(await WebAssembly.compile(readFileSync(join(folder, "xano.wasm"))));
    return slim;
  },
};

for (const [way, load] of Object.entries(ways)) {
  try {
    const { XanoClient } = await load();
    new XanoClient(settings);
  } catch (cause) {
    throw new Error(`the built package does not work by ${way}`, { cause });
  }
}

/** What a page sees after the script tag: the names that a classic script left in its global scope. */
function globalsOf(script) {
  const page = vm.createContext({ WebAssembly, TextDecoder, TextEncoder, URL, console, queueMicrotask });
  vm.runInContext(readFileSync(script, "utf8"), page, { filename: script });
  return { XanoClient: vm.runInContext("XanoClient", page) };
}
