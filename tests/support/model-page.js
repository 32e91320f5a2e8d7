// A page with the modules of the package in it, in virtual time, whose sockets go to a ModelServer.

import { readFileSync } from "node:fs";
import vm from "node:vm";
import { Page } from "../parity/realtime/browser.js";
import { bundleModules, WASM } from "./modules.js";

const BOOT = `
  export function boot(append) {
    const [{ module: from, name }] = WebAssembly.Module.imports(globalThis.wasm);
    const { exports } = new WebAssembly.Instance(globalThis.wasm, { [from]: { [name]: append } });
    globalThis.memory = Object.values(exports).find((item) => item instanceof WebAssembly.Memory);
    return Object.values(exports).find((item) => typeof item === "function");
  }`;
const ENTRY = `
  import { XanoClient, XanoObjectStorage } from "./index.js";
  import { handles } from "./core/handles.js";
  import { links } from "./core/link.js";
  import { connections } from "./core/pool.js";
  import { kept } from "./core/frames.js";
  Object.assign(globalThis, { XanoClient, XanoObjectStorage, lists: { handles, links, connections, kept } });`;

const wasm = new WebAssembly.Module(readFileSync(WASM));

/** The script that such pages run; `changed` as for `bundleModules`. */
export async function pageScript(changed) {
  return new vm.Script(await bundleModules({ entry: ENTRY, boot: BOOT, format: "iife", changed }));
}

export class ModelPage extends Page {
  constructor(script, { server, clock, dice, reported }) {
    const withRandomness = {
      runInContext(globals) {
        // Keys differ, and so do the delays before an attempt to connect.
        vm.runInContext("Math", globals).random = () => dice.roll();
        globals.wasm = wasm;
        script.runInContext(globals);
      },
    };
    const witness = {
      opened: (socket) => server.opened(socket),
      sent: (socket, text) => server.sent(socket, text),
      closed: (socket) => server.closed(socket),
      warned() {},
      reported,
    };
    super(withRandomness, { clock, witness });
  }

  /** What is left behind in the lists of the package, among timers and sockets. */
  left() {
    const lists = Object.entries(this.globals.lists).map(([name, list]) => [name, list.size]);
    const sockets = this.sockets.filter(({ readyState }) => readyState !== 3);
    const all = [...lists, ["timers", this.timers.size], ["sockets", sockets.length]];
    return all.filter(([, count]) => count > 0).map(([name, count]) => `${count} ${name}`);
  }
}
