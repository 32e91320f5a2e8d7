import { coded } from "../errors.js";

/** @import { XanoRealtimeChannel } from "./channel.js" */
/** @import { Action } from "../types.js" */

/** How many actions wait for a loop that is busy. */
const BUFFERED_ACTIONS = 1_000;

/**
 * The actions of a channel from now on, errors among them, for `for await`. Ends when the channel is destroyed or the
 * loop is left. A loop that falls behind by more than 1,000 actions gets an error with code `overflow`.
 * @param {XanoRealtimeChannel} channel
 * @returns {AsyncIterableIterator<Action>}
 */
export function actionsOf(channel) {
  /** @type {Action[]} */
  const buffered = [];
  /** What the loop waits with for the next action. */
  let wake = () => {};
  /**
   * Set once nothing more comes; holds what the loop is told after the last buffered action.
   * @type {{ error?: Error } | undefined}
   */
  let end;
  const finish = (/** @type {any} */ error) => {
    unwatch();
    end ??= { error };
    wake();
  };
  let unwatch = () => {};
  unwatch = channel._watch(
    (action) => {
      if (end) return;
      if (buffered.push(action) > BUFFERED_ACTIONS) {
        buffered.pop();
        finish(coded("overflow", `More than ${BUFFERED_ACTIONS} actions of "${channel.channel}" waited for the loop.`));
      }
      wake();
    },
    (/** @type {any} */ error) => finish(error.code === "destroyed" ? undefined : error),
  );
  const actions = (async function* () {
    for (;;) {
      while (buffered.length) yield/** @type {Action} */ (buffered.shift());
      if (end?.error) throw end.error;
      if (end) return;
      await new Promise((resolve) => {
        wake = () => resolve(undefined);
      });
    }
  })();
  const leave = actions.return;
  actions.return = () => {
    buffered.length = 0;
    finish(undefined);
    return leave.call(actions, undefined);
  };
  return actions;
}
