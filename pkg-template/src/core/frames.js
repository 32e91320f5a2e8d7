// The texts that wait for a connection, by their number.

/** @import { Subscription } from "./subscription.js" */
/**
 * @typedef {object} Frame
 * @property {string} text
 * @property {number} bytes
 * @property {boolean} comesBack whether the server sends it to its sender, too
 * @property {Subscription} [owner] the subscription that it was handed in for
 */

/** @type {Map<number, Frame>} */
const kept = new Map();
let count = 0;
/** @type {Frame[] | undefined} */
let unsent;

/** @param {Frame} frame */
export function keepFrame(frame) {
  /** @type {Subscription} */ (frame.owner).unsent++;
  kept.set(++count, frame);
  return count;
}

/**
 * The frame, which is forgotten.
 * @param {number} number
 */
export function takeFrame(number) {
  const frame = /** @type {Frame} */ (kept.get(number));
  kept.delete(number);
  /** @type {Subscription} */ (frame.owner).unsent--;
  return frame;
}

/** @param {number} number */
export function forgetFrame(number) {
  const frame = takeFrame(number);
  unsent?.push(frame);
}

/**
 * Runs what makes the engine forget frames, and returns them.
 * @param {() => void} work
 */
export function forgottenBy(work) {
  /** @type {Frame[]} */
  const frames = [];
  unsent = frames;
  work();
  unsent = undefined;
  return frames;
}

/**
 * The text of a frame. What JSON cannot say throws, as it does in the original.
 * @param {string} action
 * @param {string} channel
 * @param {object} [options]
 * @param {unknown} [payload]
 */
export function frameText(action, channel, options, payload) {
  const known = options ? { ...options, channel } : { channel };
  return JSON.stringify({ action, options: known, payload: payload === undefined ? null : payload });
}
