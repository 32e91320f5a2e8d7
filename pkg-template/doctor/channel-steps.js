// The steps on a channel: each judges what a visit has seen.

import { isLegalToken } from "./address.js";
import { fails, failsAlone, holds, skipped } from "./outcome.js";
import { ownEntry } from "./visit.js";

const PANEL = "in the Realtime Settings of the workspace";

export const NO_CHANNEL = "Give --channel NAME to try this.";
export const NEW_TOKEN =
  "Log in again for a new token. It has to come from an auth table of this workspace and instance, and not be expired.";

/** A step that needs a channel. */
export function onChannel(check) {
  return (state) => (state.channel ? check(state) : skipped(NO_CHANNEL));
}

/** What can be said of a token before the server says anything; nothing where it travels as it should. */
export function checkTokenOnTheWay({ token, hasTokenBack }) {
  if (token === undefined) return skipped("No token was given: the connection is anonymous.");
  if (!isLegalToken(token)) {
    const says = /^bearer\s/i.test(token)
      ? "The token begins with “Bearer ”."
      : "The token has characters that a WebSocket handshake cannot carry, such as a space or a comma.";
    return failsAlone(says, "Give the bare token: the value of authToken in the answer of your login endpoint.");
  }
  if (!hasTokenBack) {
    return failsAlone(
      "The server does not give the token back as subprotocol: browsers refuse such a connection.",
      "A proxy in between may remove Sec-WebSocket-Protocol: let it pass that header in both directions.",
    );
  }
}

export function checkToken(state) {
  const { seen, channel } = state;
  const known = checkTokenOnTheWay(state);
  if (known) return known;
  const todo = NEW_TOKEN;
  if (seen?.refusedToken) return failsAlone(`The server says: ${textOf(seen.refusedToken)}`, todo);
  if (!channel) return skipped(`The socket is open, but that says nothing: a bad token opens it too. ${NO_CHANNEL}`);
  const { row_id, dbo_id } = ownEntry(seen)?.permissions ?? {};
  if (row_id) return holds(`The server knows the user: row_id ${row_id} of the auth table ${dbo_id}.`);
  if (row_id === 0) {
    return failsAlone("The token was not accepted: the server takes the connection as anonymous (row_id 0).", todo);
  }
  if (/anonymous/i.test(textOf(seen.join))) {
    return failsAlone("The token was not accepted: the channel refuses the connection as anonymous.", todo);
  }
  return skipped("The server did not show who this connection belongs to: there is no own message and no presence.");
}

export function checkJoin({ channel, seen, token }) {
  if (!channel) return skipped(NO_CHANNEL);
  const { join, closeCode } = seen;
  if (join?.action === "join") return holds("The server has let this connection in.");
  if (!join && closeCode) {
    return fails(
      `The server closes the socket with code ${closeCode}.`,
      "Look into the log of the server or the proxy.",
    );
  }
  if (!join) {
    return fails("The server does not answer the join within 10 seconds.", `Check that Realtime runs, ${PANEL}.`);
  }
  const text = textOf(join);
  if (/anonymous/i.test(text)) {
    return fails(
      `The channel takes authenticated clients only: ${text}`,
      token ? "Correct the token first." : `Give --token, or switch on “Anonymous Clients” for the channel ${PANEL}.`,
    );
  }
  if (/no settings/i.test(text)) {
    return fails(
      `The channel “${channel}” is not defined, or is switched off: ${text}`,
      `Define it ${PANEL}, with this very name; for names such as “${channel}/1” also switch on “Nested channels”.`,
    );
  }
  return fails(`The server refuses the join: ${text}`, "A join trigger or a limit of the server may refuse it.");
}

export function checkMessage({ seen: { message } }) {
  if (message?.action === "message") return holds("An own message came back, as it does to every member.");
  if (message) {
    return failsAlone(
      `The server refuses the message: ${textOf(message)}`,
      `Switch on “Client Public Messaging” for the channel ${PANEL}. A page that only listens to events needs it not.`,
    );
  }
  return failsAlone(
    "The own message did not come back within 10 seconds.",
    `Check “Client Public Messaging” for the channel ${PANEL}; a message trigger may also have changed or dropped it.`,
  );
}

export function checkPresence({ seen: { presence } }) {
  const members = presence?.payload?.presence;
  if (Array.isArray(members))
    return holds(`The list of members came; it has ${counted(members.length, "entry", "entries")}.`);
  return skipped(`No list of members came. If you want one, switch on “Presence” for the channel ${PANEL}.`);
}

export function checkHistory({ seen: { history, message, mark } }) {
  if (!history) return failsAlone("The server does not answer the request for the history.", "Try again in a minute.");
  if (history.action === "error") {
    return failsAlone(`The server refuses the history: ${textOf(history)}`, `Check the channel ${PANEL}.`);
  }
  const kept = history.payload?.history ?? [];
  if (kept.length === 0) {
    return skipped(`The channel keeps no messages. If you want it to, set “Message History” for it ${PANEL}.`);
  }
  if (message?.action === "message" && !kept.some(({ payload }) => payload?.mark === mark)) {
    return failsAlone(
      `The history has ${counted(kept.length, "message")}, but not the one that came back just before.`,
      "Ask again later: the server may keep messages with a delay.",
    );
  }
  return holds(`The history came; it has ${counted(kept.length, "message")}.`);
}

export function textOf(frame) {
  return String(frame?.payload?.message ?? "no reason given");
}

export function counted(number, one, many = `${one}s`) {
  return `${number} ${number === 1 ? one : many}`;
}
