// One event of the page after the other, each to its end; and what becomes of a fault in between.

import { textOf } from "../errors.js";
import { report } from "./dispatch.js";
import { failFrames } from "./frames.js";
import { handles } from "./handles.js";
import { links } from "./link.js";

/** @import { CodedError } from "../types.js" */

let isBusy = false;
/**
 * What came while an event was handled.
 * @type {(() => void)[]}
 */
const waiting = [];

/**
 * Runs one event, and then what came while it ran. Two arguments, so that a message needs no closure of its own.
 * @template A, B
 * @param {(first: A, second: B) => void} work
 * @param {A} [first]
 * @param {B} [second]
 */
export function run(work, first, second) {
  const event = /** @type {(first?: A, second?: B) => void} */ (work);
  if (isBusy) {
    waiting.push(() => event(first, second));
    return;
  }
  if (fault) return;
  isBusy = true;
  try {
    event(first, second);
    if (waiting.length) catchUp();
  } catch (trap) {
    waiting.length = 0;
    fail(trap);
  }
  isBusy = false;
}

function catchUp() {
  // The iteration reaches what is pushed while it goes on.
  for (const work of waiting) if (!fault) work();
  waiting.length = 0;
}

/**
 * Runs behind the event that is being handled; outside of one, in a microtask.
 * @param {() => void} work
 */
export function later(work) {
  if (isBusy) waiting.push(work);
  else inMicrotask(work);
}

/**
 * Runs when everything that runs now has run.
 * @param {() => void} work
 */
export function inMicrotask(work) {
  Promise.resolve().then(() => run(work));
}

/**
 * What ended the client, if something did.
 * @type {CodedError | undefined}
 */
export let fault;

/**
 * Handlers are fenced, so what arrives here is a fault of ours: the engine cannot be trusted any longer. JavaScript alone
 * closes the sockets, tells every channel and rejects what waits; every later call throws the same error.
 * @param {any} trap
 */
export function fail(trap) {
  if (fault) return fault;
  const message = `xano-wasm failed and has stopped; reload the page. ${textOf(trap)}`;
  fault = Object.assign(new Error(message), { code: "internal" });
  for (const link of links) link.discard(1000);
  report(trap);
  for (const handle of handles.values()) handle.fail(fault);
  failFrames(fault);
  return fault;
}
