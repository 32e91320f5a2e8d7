import { XanoClient } from "xano-wasm";
import { sayHello } from "./say-hello.js";

// Node has a WebSocket of its own from version 22 on.
globalThis.WebSocket ??= (await import("ws")).default;

console.log(await sayHello(XanoClient, JSON.parse(process.argv[2])));
