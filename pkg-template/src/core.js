// The one door between the facade and wasm. Nothing is compiled before the first channel is made.

import { event } from "wasm:glue";
import { everybody, fail, fault, fenced, listen, on_fail } from "wasm:wire";
import { failures } from "wasm:words";

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
  listen(event, failures);
}

/** As `call`, and 0 before the first channel: nothing is connected yet. */
export function ask(core, client) {
  return boot ? 0 : call(core, client);
}

/**
 * Calls into wasm. What a getter of the application's settings throws goes to the caller; a trap is a fault of this
 * package: nothing in there can be trusted any more, so the sockets are closed, every channel is told, and every later
 * call throws the same error. (Arguments one by one: gathering them would make an array for each message.)
 */
export function call(core, a, b, c, d, e, f) {
  if (fault) throw fault;
  try {
    return core(a, b, c, d, e, f);
  } catch (error) {
    if (!(error instanceof WebAssembly.RuntimeError)) throw error;
    fail(error);
    throw fault;
  }
}

/** No action comes any more, so everybody is told, whatever they listen for. */
function tellListeners(error) {
  const payload = { message: error.message, code: error.code };
  for (const { channel, handlers, waiting } of everybody()) {
    for (const { onError, internal } of handlers ?? []) {
      if (onError && !internal) fenced(onError, { action: "error", options: { channel }, payload });
    }
    for (const cancel of [...(waiting ?? [])]) cancel(error);
  }
}
