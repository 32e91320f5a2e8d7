// A visit to a channel: joins it, sends one message, asks for the history, and keeps what the server said to each.

import { randomUUID } from "node:crypto";

const ANSWER_MS = 10_000;
/** How long a frame may come after the last one that was waited for. */
const QUIET_MS = 2_000;

/**
 * What was seen. A field is `undefined` where no frame came.
 *
 * - `refusedToken`: the error about the token, which has no channel
 * - `join`, `message`, `history`: the answer, or the error in its place
 * - `presence`: the list of members
 * - `closeCode`: the code that the server closed the socket with instead of an answer to the join
 */
export async function visitChannel(socket, channel) {
  const options = { channel };
  const here = (action) => (frame) => frame.options?.channel === channel && [action, "error"].includes(frame.action);
  const seen = { channel };
  seen.join = await socket.ask(
    { action: "join", options, payload: { history: false, presence: true } },
    here("join"),
    ANSWER_MS,
  );
  seen.refusedToken = socket.heard.find(isAboutConnection);
  // A server may leave the channel out of its refusal.
  seen.join ??= seen.refusedToken;
  seen.closeCode = socket.closeCode;
  if (seen.join?.action !== "join") return seen;
  const mark = randomUUID();
  seen.message = await socket.ask(
    { action: "message", options, payload: { from: "xano-wasm doctor", mark } },
    (frame) => here("message")(frame) && (frame.action === "error" || frame.payload?.mark === mark),
    ANSWER_MS,
  );
  seen.history = await socket.ask({ action: "history", options, payload: null }, here("history"), ANSWER_MS);
  seen.presence = await socket.wait(() => socket.heard.find(({ action }) => action === "presence_full"), QUIET_MS);
  seen.mark = mark;
  return seen;
}

/** What the server says of this connection: in its own message, or in a list with one entry. */
export function ownEntry({ message, presence }) {
  if (message?.action === "message" && message.client) return message.client;
  const members = presence?.payload?.presence;
  return members?.length === 1 ? members[0] : undefined;
}

function isAboutConnection({ action, options }) {
  return action === "error" && !options?.channel;
}
