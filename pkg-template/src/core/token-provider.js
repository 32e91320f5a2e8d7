import { run } from "./turns.js";

/** How long a token function may take. */
const TOKEN_DEADLINE_MS = 10_000;

/**
 * Calls the function and waits for its promise.
 * @param {() => any} provide
 * @param {(token: any) => void} take
 * @param {(cause: unknown) => void} failed
 */
export function askForToken(provide, take, failed) {
  /** @type {(work: (given: any) => void) => (given: any) => void} */
  const turn = (work) => (given) => run(work, given);
  /** @type {any} */
  let timer;
  const deadline = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error("no answer within 10 seconds")), TOKEN_DEADLINE_MS);
  });
  Promise.race([Promise.resolve().then(provide), deadline])
    .then(turn(take), turn(failed))
    .finally(() => clearTimeout(timer));
}
