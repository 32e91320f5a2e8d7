// Renders the page. What only browsers have, and what compiles WebAssembly, must not even be looked at.

import { createRequire } from "node:module";

const FORBIDDEN = ["document", "fetch", "localStorage", "location", "navigator", "self", "sessionStorage", "window"];

for (const name of [...FORBIDDEN, "WebAssembly", "WebSocket", "XMLHttpRequest"]) {
  Object.defineProperty(globalThis, name, {
    get() {
      throw new Error(`${name} was looked at`);
    },
  });
}

createRequire(import.meta.url)("xano-wasm");
await import("xano-wasm/slim");
const { markup } = await import("./page.js");

console.log(`<!doctype html>
<html lang="en">
  <meta charset="utf-8" />
  <title>Rendered on a server</title>
  <link rel="icon" href="data:," />
  ${markup()}
  <script type="importmap">
    { "imports": { "xano-wasm": "./node_modules/xano-wasm/index.js" } }
  </script>
  <script type="module">
    import { effect } from "./page.js";
    effect();
  </script>
</html>`);
