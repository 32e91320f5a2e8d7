// Promises about a channel. Each settles: by an action, by destroy(), or by time. None of them has to be looked at.

import { isFinal } from "../core/actions.js";
import { ANSWER_WITHIN_MS, TIMEOUT } from "../core/numbers.js";
import { coded, failure, textOf } from "../errors.js";

/** @import { XanoRealtimeChannel } from "./channel.js" */
/** @import { Action } from "../types.js" */
/** @typedef {(value: any) => void} Settle */

/**
 * What an `error` action says.
 * @param {Action} action
 */
export function refusal({ payload }) {
  return coded(payload?.code ?? "refused", textOf(payload?.message));
}

/**
 * Resolves with the first action that `wanted` accepts, the answer of a server. An error on this channel, one after which no
 * answer can come, or 15 seconds without the answer, rejects. `isOnChannel` says whether the action is about this channel.
 * @param {XanoRealtimeChannel} channel
 * @param {(action: Action, isOnChannel: boolean) => boolean | undefined} wanted
 * @param {() => void} [ask]
 */
export function answer(channel, wanted, ask) {
  return settled(
    channel,
    (resolve, reject, action) => {
      const isOnChannel = action.options?.channel === channel.channel;
      if (wanted(action, isOnChannel)) resolve(action);
      else if (action.action === "error" && (isOnChannel || isFinal(action))) reject(refusal(action));
    },
    true,
    ask,
  );
}

/**
 * A promise that `decide` settles by an action.
 * @param {XanoRealtimeChannel} channel
 * @param {(resolve: Settle, reject: Settle, action: Action) => void} decide
 * @param {boolean} [isAnswer]
 * @param {() => void} [ask]
 * @returns {Promise<any>}
 */
export function settled(channel, decide, isAnswer, ask) {
  const promise = new Promise((resolve, reject) => {
    let open = true;
    /** @type {any} */
    let timer;
    let unwatch = () => {};
    /** @type {(outcome: Settle) => Settle} */
    const settle = (outcome) => (value) => {
      open = false;
      clearTimeout(timer);
      unwatch();
      outcome(value);
    };
    const done = settle(resolve);
    const failed = settle(reject);
    unwatch = channel._watch((action) => decide(done, failed, action), failed);
    // On a destroyed channel it has failed.
    if (!open) return;
    // What is known to have failed already: nothing has to wait for it.
    const known = isAnswer && channel._handle?.subscription?.connection.failed;
    if (known) {
      failed(refusal(known));
      return;
    }
    if (isAnswer) timer = setTimeout(() => failed(failure(TIMEOUT)), ANSWER_WITHIN_MS);
    ask?.();
  });
  return quiet(promise);
}

/**
 * The promise need not be looked at: rejected, it is no unhandled rejection.
 * @template T
 * @param {Promise<T>} promise
 */
export function quiet(promise) {
  promise.catch(() => {});
  return promise;
}
