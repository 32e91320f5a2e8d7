// The actions that no server sends: statuses and failures.

import { wordsOf } from "../errors.js";

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
  const [code, text] = wordsOf(failure);
  let message = text.endsWith(" ") ? text + particulars : text;
  if (HELP && code === "cannot_connect") {
    // A connection hash of V1 has 27 characters.
    const isHash = /\/[\w-]{27}( |$)/.test(particulars);
    if (isHash === particulars.includes("/ws/")) message += ". Is realtimeVersion right?";
  }
  return { action: "error", options: channel === undefined ? {} : { channel }, payload: { message, code } };
}

/**
 * Whether the action says that nothing comes of what waits for the connection, unless the application does something.
 * @param {Action} action
 */
export function isFinal({ action, payload }) {
  return action === "error" && ["invalid_token", "no_socket", "policy", "unauthorized"].includes(payload?.code);
}
