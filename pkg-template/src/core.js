// The one door between the facade and wasm. Nothing is compiled before the first client is made.

import { fail, fault } from "wasm:wire";

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
}

/**
 * Calls into wasm. An exception that wasm throws on purpose goes to the caller; a trap is a fault of this package:
 * nothing in there can be trusted any more, so the sockets are closed, and every later call throws the same error.
 */
export function call(core, ...args) {
  if (fault) throw fault;
  try {
    return core(...args);
  } catch (error) {
    if (!(error instanceof WebAssembly.RuntimeError)) throw error;
    fail(error);
    throw error;
  }
}
