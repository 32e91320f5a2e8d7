// The steps of a connection of Realtime V2: each judges what was seen.

import { isLegalToken, socketUrlV2 } from "../address.js";
import { checkTokenOnTheWay, counted, NEW_TOKEN, NO_CHANNEL, onChannel, textOf } from "../channel-steps.js";
import { checkAnswer, checkCertificate, checkName } from "../network.js";
import { fails, failsAlone, holds, skipped } from "../outcome.js";
import { HandshakeRefused, openSocket } from "../socket.js";
import { greet } from "./greeting.js";
import { membersOf, ownMember, visitChannel } from "./visit.js";

const HASH_LENGTH = 27;
const NORMAL = 1000;
const CUT = 1006;
const IS_V1_HASH = "This is a connection hash of Realtime V1 (Legacy): ask again with --hash, and without --v2.";
const ON_THE_SERVER = "in the Realtime server of the workspace";

/**
 * Each step: its name, and what tries it.
 * @type {[step: string, play: (state: any) => any][]}
 */
export const STEPS_V2 = [
  ["base URL", checkBaseUrl],
  ["DNS", checkName],
  ["TLS", checkCertificate],
  ["HTTP", checkAnswer],
  ["socket", checkSocket],
  ["ready", checkReady],
  ["token", checkToken],
  ["channel", checkJoin],
  ["presence", onChannel(checkPresence)],
  ["message", onChannel(checkMessage)],
  ["leave", onChannel(checkLeave)],
  ["close", checkClose],
];

function checkBaseUrl(state) {
  const { baseUrl, canonical } = state;
  try {
    state.url = socketUrlV2(baseUrl, canonical);
  } catch {
    return fails(
      `The base URL “${baseUrl}” is no URL with http:// or https://.`,
      "Write it as in https://x8ki-letl-twmt.n7.xano.io",
    );
  }
  state.base = new URL(baseUrl);
  if (!/^([A-Za-z\d-]+:)?[\w-]+$/.test(canonical)) {
    return fails(
      `The canonical “${canonical}” has other characters than letters, digits, - and _, after a tenant and a colon.`,
      `Copy the canonical alone out of the settings of the Realtime server, without the address in front.`,
    );
  }
  return holds(`The address of the socket is ${state.url.href}.`);
}

async function checkSocket(state) {
  const { url, token, canonical } = state;
  try {
    // Without a token that cannot be sent: the step “token” says so.
    state.socket = await openSocket(url, isLegalToken(token) ? { token } : {});
  } catch (error) {
    if (!(error instanceof HandshakeRefused)) {
      return fails(`The socket does not open: ${error.message}.`, "A proxy in between may not pass WebSockets on.");
    }
    return fails(
      `The server answers the address of V2 with status ${error.status}: there is no Realtime V2.`,
      canonical.length === HASH_LENGTH
        ? IS_V1_HASH
        : "Check the base URL. The instance may have no V2, or a proxy in between may not pass WebSockets on.",
    );
  }
  state.hasTokenBack = state.socket.protocol === token;
  return holds("The socket is open. That says nothing yet: the service looks at the canonical and the token now.");
}

async function checkReady(state) {
  const { socket, channel } = state;
  const { isReady, isMute, isLate, pings, took_ms, reason, closeCode } = await greet(socket);
  if (isReady) {
    if (channel) state.seen = await visitChannel(socket, state);
    return holds(`The service was ready after ${took_ms} ms, at ${pings === 1 ? "the first ping" : `ping ${pings}`}.`);
  }
  if (reason !== undefined) {
    return fails(
      `The service refuses the connection: ${reason} (close code ${closeCode ?? "none"}).`,
      /unknown connection/i.test(reason) ? unknownTodo(state) : refusedTodo(state),
    );
  }
  if (isMute) {
    return fails(
      "The service answers no ping within 10 seconds.",
      "Is this an address of Realtime V2? Try again later.",
    );
  }
  if (isLate) {
    return fails(
      "The service is not ready within 30 seconds.",
      "Its connect trigger may hang, or the instance is busy.",
    );
  }
  return fails(
    `The service closes the socket with code ${closeCode} before it is ready, and does not say why.`,
    refusedTodo(state),
  );
}

function unknownTodo({ canonical }) {
  return canonical.length === HASH_LENGTH
    ? IS_V1_HASH
    : "Copy the canonical out of the settings of the Realtime server. That of a tenant is written tenant:canonical.";
}

function refusedTodo({ token }) {
  const settings = `Also check ${ON_THE_SERVER} that it is enabled, has an active channel, and that its connect trigger admits.`;
  return token ? `${NEW_TOKEN} ${settings}` : `Give --token, or switch on anonymous clients for a channel. ${settings}`;
}

function checkToken(state) {
  const known = checkTokenOnTheWay(state);
  if (known) return known;
  if (!state.channel) return holds("The service has accepted the token: it refuses a connection with another one.");
  const { dbo_id, id } = ownMember(state.seen) ?? {};
  if (id !== undefined) return holds(`The service knows the user: ${id} of the auth table ${dbo_id}.`);
  return holds("The service has accepted the token. It does not show the user: the channel has no presence.");
}

function checkJoin({ channel, seen, token }) {
  if (!channel) return skipped(NO_CHANNEL);
  const { join, closeCode } = seen;
  if (join?.action === "join") {
    const { cursor, params } = join.payload ?? {};
    const named = Object.entries(params ?? {}).map(([name, value]) => `${name} is ${value}`);
    const delivery = cursor === undefined ? "at most once" : `at least once, from cursor ${cursor} on`;
    return holds(
      `The service has let this connection in${named.length > 0 ? ` (${named.join(", ")})` : ""}. Messages are delivered ${delivery}.`,
    );
  }
  if (!join && closeCode) {
    return fails(`The service closes the socket with code ${closeCode}.`, "Look into the log of the workspace.");
  }
  if (!join) return fails("The service does not answer the join within 10 seconds.", "Its join trigger may hang.");
  const text = textOf(join);
  if (/no settings/i.test(text)) {
    return fails(
      `No channel of the Realtime server matches “${channel}”, or it is not active: ${text}`,
      `Define it ${ON_THE_SERVER}; a template such as rooms/{room_id} needs a name with as many segments.`,
    );
  }
  return fails(
    `The service refuses the join: ${text}`,
    token
      ? "The channel's settings or its join trigger refuse this user."
      : "Give --token, or switch on anonymous clients for the channel. Its join trigger may refuse, too.",
  );
}

function checkPresence({ seen: { atJoin, presence } }) {
  const { length } = membersOf(presence);
  if (length > 0)
    return holds(`The list of members came; it has ${counted(length, "entry", "entries")}, this one included.`);
  const refusal = presence?.action === "error" ? ` The service says: ${textOf(presence)}` : "";
  const came = atJoin ? "The list of members came, and is empty." : "No list of members came.";
  return skipped(`${came} If you want one, switch on presence for the channel.${refusal}`);
}

function checkMessage({ type, seen: { receipt, copy } }) {
  if (type === undefined)
    return skipped("Give --type NAME, a message of the channel, to send one. Its members see it.");
  if (!receipt) {
    return failsAlone("No receipt came within 10 seconds.", `The handler of the message “${type}” may hang.`);
  }
  if (receipt.action === "error") {
    const text = textOf(receipt);
    return failsAlone(
      `The service refuses the message: ${text}`,
      /unknown message type/i.test(text)
        ? `Define a message “${type}” for the channel, and switch it on. A page names it as messageType.`
        : "Check who may publish on the channel, the input of the message, and its handler.",
    );
  }
  const { delivered_local, dropped } = receipt.payload ?? {};
  if (dropped) return holds("The receipt came: the handler of the message has dropped it.");
  const returned = copy
    ? "An own copy came back."
    : "No own copy came back: the message goes to others, or its handler changed it.";
  return holds(`The receipt came: delivered to ${counted(delivered_local, "connection")}. ${returned}`);
}

function checkLeave({ seen: { leave } }) {
  if (leave?.action === "leave") return holds("The service has confirmed the leave.");
  if (leave) return failsAlone(`The service refuses the leave: ${textOf(leave)}`, "Report this: clients expect none.");
  return skipped("The service does not confirm the leave. No client waits for that.");
}

async function checkClose({ socket }) {
  const code = await socket.close(NORMAL);
  if (code === CUT) {
    return failsAlone("The connection was cut instead of closed.", "A proxy in between may cut it: look into its log.");
  }
  return holds(`The service has closed the socket with code ${code}.`);
}
