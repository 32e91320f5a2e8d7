// A visit to a channel of Realtime V2: joins it, asks who is there, sends one message, leaves, and keeps what the service said.
// It acknowledges nothing, so no cursor moves.

import { randomUUID } from "node:crypto";

const ANSWER_MS = 10_000;
/** How long a frame may come after the last one that was waited for. */
const QUIET_MS = 1_000;

/**
 * What was seen. A field is `undefined` where no frame came.
 *
 * - `join`, `presence`, `receipt`, `leave`: the answer, or the error in its place
 * - `atJoin`: the list of members that came with the join
 * - `copy`: the own message, as it came back
 * - `closeCode`: the code that the service closed the socket with instead of an answer to the join
 */
export async function visitChannel(socket, { channel, type }) {
  const options = { channel };
  const ask = (frame, action) =>
    socket.ask(frame, (one) => one.channel === channel && [action, "error"].includes(one.action), ANSWER_MS);
  const seen = {};
  seen.join = await ask({ action: "join", options, payload: { history: false, presence: true } }, "join");
  seen.closeCode = socket.closeCode;
  if (seen.join?.action !== "join") return seen;
  seen.atJoin = await socket.wait(() => socket.heard.find(({ action }) => action === "presence_full"), QUIET_MS);
  seen.presence = await ask({ action: "presence", channel }, "presence_full");
  if (type !== undefined) {
    const payload = { from: "xano-wasm doctor", mark: randomUUID() };
    seen.receipt = await ask({ action: "broadcast", type, options, payload }, "broadcast");
    // The handler of the message may have changed the payload.
    const id = seen.receipt?.payload?.id;
    const isCopy = (frame) =>
      frame.action === "message" && (frame.payload?.mark === payload.mark || (id && frame.id === id));
    seen.copy = await socket.wait(() => socket.heard.find(isCopy), QUIET_MS);
  }
  seen.leave = await ask({ action: "leave", options, payload: null }, "leave");
  return seen;
}

/** The member that this connection is: the list of the join has the others alone. */
export function ownMember({ atJoin, presence }) {
  const keyOf = ({ id, dbo_id }) => `${dbo_id} ${id}`;
  const others = membersOf(atJoin).map(keyOf);
  return membersOf(presence).find((member) => member.authenticated && !others.includes(keyOf(member)));
}

/** The members of a list; none where it is no list. */
export function membersOf(frame) {
  const members = frame?.action === "presence_full" ? frame.payload?.members : undefined;
  return Array.isArray(members) ? members.filter((member) => member && typeof member === "object") : [];
}
