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
  /** @type {{ resolve: (result: any) => void, reject: (error: Error) => void }[]} */
  const readers = [];
  /**
   * Set once nothing more comes; holds what the reader is told after the last buffered action.
   * @type {{ error?: Error } | undefined}
   */
  let end;

  let unwatch = () => {};

  const settle = () => {
    while (buffered.length || end) {
      const reader = readers.shift();
      if (!reader) return;
      if (buffered.length) reader.resolve({ value: buffered.shift(), done: false });
      else if (end?.error) {
        reader.reject(end.error);
        end = {};
      } else reader.resolve({ value: undefined, done: true });
    }
  };
  const finish = (/** @type {Error | undefined} */ error) => {
    unwatch();
    end ??= error ? { error } : {};
    settle();
  };
  unwatch = channel._watch(
    (action) => {
      if (end) return;
      if (buffered.length < BUFFERED_ACTIONS) buffered.push(action);
      else
        finish(coded("overflow", `More than ${BUFFERED_ACTIONS} actions of "${channel.channel}" waited for the loop.`));
      settle();
    },
    (/** @type {any} */ error) => finish(error.code === "destroyed" ? undefined : error),
  );

  return {
    next() {
      return new Promise((resolve, reject) => {
        readers.push({ resolve, reject });
        settle();
      });
    },
    return() {
      buffered.length = 0;
      finish(undefined);
      return Promise.resolve({ value: undefined, done: true });
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}
