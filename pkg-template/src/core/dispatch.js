// Which handlers an action concerns, decided here and nowhere else: a message need not enter the engine at all
// (docs/decisions/002-data-plane.md).

import { textOf } from "../errors.js";

/** @import { ChannelHandle } from "./channel-handle.js" */
/** @import { Action } from "../types.js" */

/**
 * The handle whose handlers are being called. One at a time: see `run` in turns.js.
 * @type {ChannelHandle | undefined}
 */
let handed;
/** Whether a handler was removed during the loop. */
let isStale = false;
/** Whether a function of the application has got the error that is handed out. */
let isTaken = false;
/** What was printed; a server that makes up texts is not to fill the console, or the memory. */
const warnings = new Set();
const MOST_WARNINGS = 100;
const ADVICE = HELP ? ' (Is the channel enabled, who may join and send what? on("error", handler) takes errors.)' : "";
/** What came of a handler that has thrown. */
export const THREW = {};
/** Handlers that have thrown. */
const faulty = new WeakSet();

/**
 * By index, here and below: in Firefox iterators are 5 % of what a message costs.
 * @param {ChannelHandle[]} handles
 * @param {Action} action
 * @param {unknown[]} [outcomes] takes what handlers return
 */
export function handToAll(handles, action, outcomes) {
  isTaken = false;
  for (let index = 0; index < handles.length; index++) {
    handTo(/** @type {ChannelHandle} */ (handles[index]), action, outcomes);
  }
  if (action.action === "error" && !isTaken && handles.length > 0) warn(action);
}

/**
 * An error that no function of the application takes is printed, once for each channel and text.
 * @param {Action} action
 */
function warn({ options, payload }) {
  const channel = options?.channel;
  // Any JSON may come from a server, and not all of it can be made a text in another way.
  const said = typeof payload?.message === "string" ? payload.message : textOf(payload, JSON.stringify);
  const text = `xano: error on ${channel ? `channel "${channel}": ${said}${ADVICE}` : `the connection: ${said}`}`;
  if (warnings.has(text) || warnings.size === MOST_WARNINGS) return;
  warnings.add(text);
  console.warn(text);
}

/**
 * Calls the handlers of a channel object that want the action, in the order they were added.
 * @param {ChannelHandle} handle
 * @param {Action} action
 * @param {unknown[]} [outcomes]
 */
export function handTo(handle, action, outcomes) {
  if (handle.isClosed) return;
  const name = action.action;
  if (name === "presence_full" || name === "presence_update") handle.object?._track(action);
  const { handlers } = handle;
  if (!handlers) return;
  const isError = name === "error";
  handed = handle;
  // The loop reaches a handler that another one adds, as in the original.
  for (let index = 0; index < handlers.length; index++) {
    const handler = /** @type {NonNullable<typeof handlers[0]>} */ (handlers[index]);
    const { wanted } = handler;
    if ((wanted === undefined || wanted === name) && !handler.isRemoved) {
      const run = isError ? handler.takesErrors : handler.run;
      if (isError && run && !handler.isInternal) isTaken = true;
      // What is no function throws, as in the original.
      if (!isError || run) {
        const outcome = fenced(/** @type {typeof handler.run} */ (run), action);
        if (outcomes) outcomes.push(outcome);
      }
    }
  }
  handed = undefined;
  if (isStale) sweep(handle);
  isStale = false;
}

/**
 * Drops the handlers that were removed, unless they are being called.
 * @param {ChannelHandle} handle
 */
export function sweep(handle) {
  if (handed === handle) isStale = true;
  else handle.handlers = handle.handlers?.filter(({ isRemoved }) => !isRemoved);
}

/**
 * A handler's exception concerns the handler alone. One that always throws is reported once: trackers of errors count them.
 * @param {(action: any) => unknown} handler
 * @param {Action} action
 * @returns {unknown} what the handler has returned
 */
export function fenced(handler, action) {
  try {
    return handler(action);
  } catch (error) {
    if (faulty.has(handler)) console.error(error);
    else {
      // A handler that is no function at all throws, too.
      if (typeof handler === "function") faulty.add(handler);
      report(error);
    }
    return THREW;
  }
}

/** @param {unknown} error */
export function report(error) {
  if (typeof reportError === "function") reportError(error);
  else console.error(error);
}
