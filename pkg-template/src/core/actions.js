// The actions that no server sends: statuses and failures.

import { FAILURES } from "./numbers.js";

/** @import { Action } from "../types.js" */

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
 * @returns {Action}
 */
export function failureAction(failure, channel, particulars = "") {
  const [code, text] = /** @type {[string, string]} */ (FAILURES[failure]);
  let message = text.endsWith(" ") ? text + particulars : text;
  // A connection hash of V1 has 27 characters. A service of V2 opens a socket for it, too, and then refuses it.
  const isHashOnV2 = HELP && /\/ws\/[\w-]{27} /.test(particulars);
  const isNameOnV1 = HELP && code === "cannot_connect" && /\/rt\/.{0,26}$/.test(particulars);
  if (isHashOnV2 || isNameOnV1) message += " (Is realtimeVersion right?)";
  return { action: "error", options: channel === undefined ? {} : { channel }, payload: { message, code } };
}

/**
 * Whether the action says that nothing comes of what waits for the connection, unless the application does something.
 * @param {Action} action
 */
export function isFinal({ action, payload }) {
  return action === "error" && ["invalid_token", "no_socket", "policy", "unauthorized"].includes(payload?.code);
}
