// The one door between the facade and wasm. Nothing is compiled before the first client is made.

import { event } from "wasm:glue";
import { fail, fault, listen, on_fail } from "wasm:wire";
import { actions, failures } from "wasm:words";

/** The handles of channel objects that somebody listens to. */
export const listening = new Set();

let boot;

/** Says how the wasm comes to life; called once by the entry that a page loaded. */
export function provide(instantiate) {
  boot = instantiate;
}

/** Instantiates the wasm, unless that has happened. */
export function ensureCore() {
  if (fault) throw fault;
  if (!boot) return;
  boot();
  boot = undefined;
  on_fail(tellListeners);
  listen(event, actions, failures);
}

/**
 * Calls into wasm. What a getter of the application's settings throws goes to the caller; a trap is a fault of this
 * package: nothing in there can be trusted any more, so the sockets are closed, every channel is told, and every later
 * call throws the same error.
 */
export function call(core, ...args) {
  if (fault) throw fault;
  try {
    return core(...args);
  } catch (error) {
    if (!(error instanceof WebAssembly.RuntimeError)) throw error;
    fail(error);
    throw fault;
  }
}

/** Wasm cannot hand out actions any more, so this does. */
function tellListeners(error, tell) {
  for (const { channel, handlers, waiting } of listening) {
    const options = { channel };
    const payload = { message: error.message, code: error.code };
    for (const { onFailure } of handlers ?? []) tell(onFailure, { action: "error", options, payload });
    for (const cancel of [...(waiting ?? [])]) cancel(error);
  }
}

/** Whether wasm can still be called. */
export function isAlive() {
  return !fault;
}
