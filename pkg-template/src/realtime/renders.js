import { socketAddress } from "./address.js";

const MANY = 20;
const WITHIN_MS = 1_000;

/** @import { Config } from "../types.js" */

/** @type {string | undefined} */
let latest;
let count = 0;
let since = 0;

/**
 * Names a client that is made again and again, as in every render of a component, by its first channel.
 * @param {Config} config
 */
export function countClient(config) {
  const key = `${socketAddress(config)} ${config.realtimeAuthToken}`;
  const now = performance.now();
  if (key !== latest || now - since > WITHIN_MS) {
    latest = key;
    count = 0;
    since = now;
  }
  count++;
  if (count === MANY) {
    console.warn(
      `xano: ${MANY} clients within a second for ${socketAddress(config)}. Make one, outside of what renders.`,
    );
  }
}
