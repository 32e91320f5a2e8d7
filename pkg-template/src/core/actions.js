// The actions that no server sends: statuses and failures.

import { wordsOf } from "../errors.js";

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
 * @returns {Action}
 */
export function failureAction(failure, channel, particulars = "") {
  const [code, text] = wordsOf(failure);
  let message = text.endsWith(" ") ? text + particulars : text;
  if (HELP && code === "cannot_connect" && particulars.split("/").pop()?.length !== HASH_LENGTH) {
    message += ". A hash has 27 characters: is this a canonical of Realtime V2 (rtmain01)? Not supported yet.";
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
