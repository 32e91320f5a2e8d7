// The one door between JavaScript and the engine (src/engine). Nothing is compiled before the first channel is made.

import { boot } from "wasm:boot";
import { report } from "./dispatch.js";
import { forgetFrame } from "./frames.js";
import { FORGET_FRAME, RESUMED } from "./numbers.js";
import { connections } from "./pool.js";
import { fail, fault, run } from "./turns.js";

/** @import { Connection } from "./connection.js" */
/**
 * What numbers.js says of inputs and outputs. Whatever is no number counts as one, as WebAssembly has it.
 * @typedef {(kind: number, a: number, b: number, c: number) => void} Append
 * @typedef {(connection: number, input: number, a: any, b: any, c: any, d: any, now_ms: number, random: number) => void} Enter
 */

/** @type {Enter | undefined} */
let enter;
/** @type {Connection} */
let current;
/**
 * What was decided and is not carried out yet.
 * @type {[connection: Connection, output: number, a: number, b: number, c: number][]}
 */
const outputs = [];
export let isDraining = false;

/** Brings the engine to life, unless that has happened. The entry that a page loads says how. */
export function ensureCore() {
  if (fault) throw fault;
  if (enter) return;
  enter = boot(append);
  watchPage();
}

/** @type {Append} */
function append(output, a, b, c) {
  // A frame that comes back is bookkeeping: it need not wait for its turn.
  if (output === FORGET_FRAME) forgetFrame(a);
  else outputs.push([current, output, a, b, c]);
}

/**
 * Lets the engine decide what follows from an input, and carries that out. What is decided while that goes on is carried
 * out behind it. The engine calls nothing of the application's, so what it throws is a fault of this package.
 * @param {Connection} connection
 * @param {number} input
 * @param {any} [a]
 * @param {any} [b]
 * @param {any} [c]
 * @param {any} [d]
 */
export function decide(connection, input, a, b, c, d) {
  if (fault) throw fault;
  current = connection;
  try {
    /** @type {Enter} */ (enter)(connection.number, input, a, b, c, d, performance.now(), Math.random() * 2 ** 32);
  } catch (trap) {
    throw fail(trap);
  }
  if (isDraining) return;
  isDraining = true;
  try {
    for (const [connection, output, a, b, c] of outputs) {
      try {
        connection.carryOut(output, a, b, c);
      } catch (error) {
        // What the platform throws concerns this output; the engine counts on the others.
        if (fault) throw fault;
        report(error);
      }
    }
  } finally {
    outputs.length = 0;
    isDraining = false;
  }
}

/** Stops the engine as a fault in it would: there is no such input. */
export function trap() {
  decide(/** @type {Connection} */ ({ number: 0 }), -1);
}

/** Networks and pages that come back. */
function watchPage() {
  /** @type {(target: EventTarget | undefined, type: string, slept: (event: any) => boolean) => void} */
  const hear = (target, type, slept) =>
    target?.addEventListener?.(type, (/** @type {any} */ event) => {
      if (event.target?.hidden) return;
      run(() => {
        for (const connection of [...connections]) decide(connection, RESUMED, slept(event));
      });
    });
  hear(globalThis, "online", () => true);
  hear(globalThis, "pageshow", ({ persisted }) => persisted);
  hear(globalThis.document, "visibilitychange", () => false);
}
