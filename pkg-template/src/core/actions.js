// The actions that no server sends: statuses and failures.

import { textOf } from "../errors.js";
import { FAILURES } from "./numbers.js";

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
 * @param {boolean} [isV2]
 * @param {unknown} [refusal] what a service of V2 has said
 * @returns {Action}
 */
export function failureAction(failure, channel, particulars = "", isV2 = false, refusal = undefined) {
  const [code, text] = /** @type {[string, string]} */ (FAILURES[failure]);
  let message = text.endsWith(" ") ? text + particulars : text;
  if (code === "cannot_connect") {
    const isHash = particulars.split("/").pop()?.length === HASH_LENGTH;
    if (isV2) message += isHash ? " (a hash of V1; V2 was asked for)" : " (Realtime V2)";
    else if (!isHash) message += ". Is this a canonical of Realtime V2 (rtmain01)? Then set realtimeVersion: 2.";
  }
  if (code === "unauthorized" && isV2) message = `Realtime V2 refused ${particulars} (4401): ${textOf(refusal)}`;
  return { action: "error", options: channel === undefined ? {} : { channel }, payload: { message, code } };
}

/**
 * Whether the action says that nothing comes of what waits for the connection, unless the application does something.
 * @param {Action} action
 */
export function isFinal({ action, payload }) {
  return action === "error" && ["invalid_token", "no_socket", "policy", "unauthorized"].includes(payload?.code);
}
