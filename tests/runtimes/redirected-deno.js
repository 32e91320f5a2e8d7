// A program for Deno: its worker follows the redirect of the URL that is its argument.

import * as xano from "xano-wasm/http";
import { follow } from "./redirected.js";

if ("WorkerGlobalScope" in globalThis) {
  self.onmessage = async ({ data }) => self.postMessage(await follow(xano, data));
} else {
  const worker = new Worker(import.meta.url, { type: "module" });
  worker.onmessage = ({ data }) => {
    console.log(data);
    Deno.exit();
  };
  worker.postMessage(Deno.args[0]);
}
