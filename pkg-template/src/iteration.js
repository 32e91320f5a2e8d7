import { coded } from "./errors.js";

/** How many actions wait for a loop that is busy. */
const BUFFERED_ACTIONS = 1_000;

/**
 * The actions of a channel from now on, errors among them, for `for await`. Ends when the channel is destroyed or the
 * loop is left. A loop that falls behind by more than 1,000 actions gets an error with code `overflow`.
 */
export function actionsOf(channel) {
  const buffered = [];
  const readers = [];
  /** Set once nothing more comes; holds what the reader is told after the last buffered action. */
  let end;

  let unwatch = () => {};

  const settle = () => {
    while (readers.length && (buffered.length || end)) {
      const reader = readers.shift();
      if (buffered.length) reader.resolve({ value: buffered.shift(), done: false });
      else if (end.error) {
        reader.reject(end.error);
        end = {};
      } else reader.resolve({ value: undefined, done: true });
    }
  };
  const finish = (error) => {
    unwatch();
    end ??= { error };
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
    () => finish(),
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
      finish();
      return Promise.resolve({ value: undefined, done: true });
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}
