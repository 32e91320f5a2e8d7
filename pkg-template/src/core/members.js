// Who is on a channel.

import { textOf } from "../errors.js";

/** @import { Action } from "../types.js" */

/**
 * Keeps the list of members. A member has one place in it, however often it comes; an anonymous one of V2 has one each time.
 * @param {Map<unknown, any>} members
 * @param {Action} action
 * @param {(member: any) => any} kept what is kept of a member
 */
export function track(members, { action, payload }, kept) {
  const change = textOf(action === "presence_update" ? payload?.action : action);
  const known = payload?.presence ?? payload?.members ?? payload?.member;
  const add = (/** @type {any} */ member) =>
    typeof member === "object" &&
    member &&
    members.set(payload.presence ? member.socketId : (keyOf(member) ?? {}), kept(member));
  if (change.endsWith("full")) {
    if (!Array.isArray(known)) return;
    members.clear();
    known.forEach(add);
  } else if (change.endsWith("join")) add(known);
  else if (known && change.endsWith("leave")) {
    // One of the anonymous members leaves: whichever.
    members.delete(
      payload.presence ? known.socketId : (keyOf(known) ?? [...members.keys()].find((key) => typeof key === "object")),
    );
  }
}

/**
 * On V2 a member is an identity.
 * @param {any} member
 */
function keyOf({ id, dbo_id }) {
  return isAnonymous(id) ? undefined : textOf([dbo_id, id]);
}

/** @param {unknown} id of a member of V2 */
export function isAnonymous(id) {
  return !id || id === "0";
}
