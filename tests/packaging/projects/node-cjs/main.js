const { XanoClient } = require("xano-wasm");

// Node has a WebSocket of its own from version 22 on.
globalThis.WebSocket ??= require("ws");

import("./say-hello.js").then(async ({ sayHello }) => {
  console.log(await sayHello(XanoClient, JSON.parse(process.argv[2])));
});
