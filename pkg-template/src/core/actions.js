// The actions that no server sends: statuses and failures.

import { textOf, wordsOf } from "../errors.js";

/** @import { Action } from "../types.js" */

/** The length of a connection hash of Realtime V1. */
const HASH_LENGTH = 27;

/**
 * @param {boolean} connected
 * @param {object} [details]
 * @returns {Action}
 */
export function statusAction(connected, details) {
  const status = connected ? "connected" : "disconnected";
  return { action: "connection_status", options: {}, payload: { status, ...details } };
}

/**
 * @param {number} failure
 * @param {string} [channel] undefined: all of them
 * @param {string} [particulars]
 * @param {unknown} [refusal] what a service of V2 has said
 * @returns {Action}
 */
export function failureAction(failure, channel, particulars = "", refusal = undefined) {
  const [code, text] = wordsOf(failure);
  let message = text.endsWith(" ") ? text + particulars : text;
  if (HELP && code === "cannot_connect") {
    const isV2 = particulars.includes("/ws/");
    const isHash = particulars.split("/").pop()?.length === HASH_LENGTH;
    message += ` (Realtime V${isV2 ? 2 : 1}${isHash === isV2 ? "; is it that of V1 or V2? See realtimeVersion" : ""})`;
  }
  if (refusal) message = `Realtime V2 refused ${particulars} (4401): ${textOf(refusal)}`;
  return { action: "error", options: channel === undefined ? {} : { channel }, payload: { message, code } };
}

/**
 * Whether the action says that nothing comes of what waits for the connection, unless the application does something.
 * @param {Action} action
 */
export function isFinal({ action, payload }) {
  return action === "error" && ["invalid_token", "no_socket", "policy", "unauthorized"].includes(payload?.code);
}
