// Which client it is, for the cursors of Realtime V2.

import { newKey } from "./publish.js";

/** @import { Config } from "../types.js" */

const STORAGE_KEY = "XanoRealtimeClientId";

/**
 * What this page is called unless the application says so.
 * @type {string | undefined}
 */
let generated;

/**
 * The client id of a client of V2; nothing for one of V1.
 * @param {Config} config
 * @returns {string | undefined}
 */
export function clientIdOf({ realtimeVersion, realtimeClientId: given }) {
  if (realtimeVersion !== 2) return undefined;
  if (typeof given === "string") return given;
  generated ??= `xano-${Date.now()}-${newKey()}`;
  try {
    if (given?.storage) return (sessionStorage[STORAGE_KEY] ||= generated);
  } catch {
    // Not in a browser, or not allowed there.
  }
  return generated;
}
