// The texts that wait for a connection or for an answer, by their number.

/** @import { ChannelHandle } from "./channel-handle.js" */
/** @import { Subscription } from "./subscription.js" */
/** @import { Action } from "../types.js" */
/**
 * @typedef {object} Frame
 * @property {string} text
 * @property {number} bytes
 * @property {boolean} comesBack whether the server sends it to its sender, too
 * @property {Subscription} [owner] the subscription that it was handed in for
 * @property {Published} [published] where an answer is awaited
 */
/**
 * @typedef {object} Published
 * @property {ChannelHandle} publisher where it was published
 * @property {string} key
 * @property {number} [wasSent] 1 with its key, 0 without
 * @property {boolean} [isRepeated] whether it was sent more than once
 * @property {Action | {}} [answer] the server's
 * @property {(outcome?: Action | Error | {}) => void} settle tells its promise; without an outcome, that the channel is left
 */

/** @type {Map<number, Frame>} */
export const kept = new Map();
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

/**
 * The text of a published message. The engine keeps it, to send it again.
 * @param {number} number
 * @param {number} keyed whether the server answers keys
 */
export function publishedText(number, keyed) {
  const { text, published } = /** @type {{ text: string, published: Published }} */ (kept.get(number));
  const { key } = published;
  published.isRepeated = !!published.wasSent;
  published.wasSent = keyed;
  if (!keyed) return text.replace(RegExp(`,"key":"${key}"|"key":"${key}",`), "");
  return text;
}

/**
 * Nothing comes of what waits any longer.
 * @param {Error} error
 */
export function failFrames(error) {
  for (const { published } of kept.values()) published?.settle(error);
}

/** @param {number} number */
export function forgetFrame(number) {
  const frame = takeFrame(number);
  if (unsent) unsent.push(frame);
  else frame.published?.settle(frame.published.answer ?? frame.owner?.refusal);
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
 * @param {string} [type] on V2
 * @param {string} [id] on V2
 */
export function frameText(action, channel, options, payload = null, type, id) {
  return JSON.stringify({ action, type, id, options: { ...options, channel }, payload });
}
