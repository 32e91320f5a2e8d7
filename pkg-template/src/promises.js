// Promises about a channel. Each settles: by an action, by destroy(), or by time. None of them has to be looked at.

import { isFinal } from "wasm:wire";
import { coded } from "./errors.js";

/** How long the server may take to answer. */
const ANSWER_DEADLINE_MS = 15_000;

/** Rejects when the server has not answered in time, unless the timer that it returns is stopped. */
export function rejectLate({ channel }, reject) {
  const late = () => reject(coded("timeout", `The server did not answer on "${channel}" within 15 seconds.`));
  return setTimeout(late, ANSWER_DEADLINE_MS);
}

/** What an `error` action says. */
export function refusal({ payload }) {
  return coded(payload?.code ?? "refused", `${payload?.message}`);
}

/** Resolves with the first action that `wanted` accepts. */
export function nextAction(channel, wanted) {
  return settled(channel, (resolve, _reject, action) => {
    if (wanted(action)) resolve(action);
  });
}

/** What is known to have failed already, so that nothing has to wait for it. */
export function knownFailure({ _handle: { membership } }) {
  return membership?.memberships.failed;
}

/**
 * As `nextAction`, for what a server answers on this channel: an error there, one after which no answer can come, or 15
 * seconds without it, rejects.
 */
export function answer(channel, wanted, ask) {
  return settled(
    channel,
    (resolve, reject, action) => {
      if (action.options?.channel !== channel.channel && !isFinal(action)) return;
      if (action.action === "error") reject(refusal(action));
      else if (wanted(action)) resolve(action);
    },
    true,
    ask,
  );
}

function settled(channel, decide, isAnswer, ask) {
  const promise = new Promise((resolve, reject) => {
    let open = true;
    let timer;
    let unwatch = () => {};
    const settle = (outcome) => (value) => {
      open = false;
      clearTimeout(timer);
      unwatch();
      outcome(value);
    };
    const [done, failed] = [settle(resolve), settle(reject)];
    unwatch = channel._watch((action) => decide(done, failed, action), failed);
    // On a destroyed channel it has failed by now.
    if (!open) return;
    const failure = isAnswer && knownFailure(channel);
    if (failure) return failed(refusal(failure));
    if (isAnswer) timer = rejectLate(channel, failed);
    ask?.();
  });
  return quiet(promise);
}

/** Nobody has to look at it: rejected, it is no unhandled rejection. */
export function quiet(promise) {
  promise.catch(() => {});
  return promise;
}
