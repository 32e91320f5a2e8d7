// The steps of a connection, in the order in which they happen. A step that fails ends the steps that need it.

import { isLegalToken, socketUrl } from "./address.js";
import { checkHistory, checkJoin, checkMessage, checkPresence, checkToken, onChannel } from "./channel-steps.js";
import { checkAnswer, checkCertificate, checkName } from "./network.js";
import { fails, holds, skipped } from "./outcome.js";
import { HandshakeRefused, openSocket } from "./socket.js";
import { STEPS_V2 } from "./v2/steps.js";
import { visitChannel } from "./visit.js";

const HASH_LENGTH = 27;

/**
 * Each step: its name, and what tries it.
 * @type {[step: string, play: (state: any) => any][]}
 */
const STEPS = [
  ["base URL", checkBaseUrl],
  ["DNS", checkName],
  ["TLS", checkCertificate],
  ["HTTP", checkAnswer],
  ["socket", checkSocket],
  ["token", checkToken],
  ["channel", checkJoin],
  ["message", onChannel(checkMessage)],
  ["presence", onChannel(checkPresence)],
  ["history", onChannel(checkHistory)],
];

/**
 * Plays the steps. Resolves with `[{ step, outcome, says, todo? }, …]`.
 *
 * @param {{baseUrl: string, hash?: string, channel?: string, token?: string, v2?: boolean, canonical?: string, type?: string}} settings
 *   with `v2` the `canonical` takes the place of the `hash`
 */
export async function playSteps(settings) {
  /** @type {typeof settings & { socket?: { close(): Promise<unknown> } }} */
  const state = { ...settings };
  const results = [];
  let broken;
  for (const [step, play] of settings.v2 ? STEPS_V2 : STEPS) {
    const skip = broken && skipped(`Not tried: it needs the step “${broken}”.`);
    const { stops, ...result } = skip ?? (await play(state));
    if (stops) broken = step;
    results.push({ step, ...result });
  }
  await state.socket?.close();
  return results;
}

function checkBaseUrl(state) {
  const { baseUrl, hash } = state;
  try {
    state.url = socketUrl(baseUrl, hash);
  } catch {
    return fails(
      `The base URL “${baseUrl}” is no URL with http:// or https://.`,
      "Write it as in https://x8ki-letl-twmt.n7.xano.io",
    );
  }
  state.base = new URL(baseUrl);
  if (!/^[\w-]+$/.test(hash)) {
    return fails(
      `The connection hash “${hash}” has other characters than letters, digits, - and _.`,
      "Copy the hash alone out of the Realtime Settings panel, without the address in front.",
    );
  }
  if (state.base.protocol === "http:" && state.url.protocol === "wss:") {
    return fails(
      `The base URL begins with http://, but ${state.url.hostname} is no host of this machine or network: clients connect by wss:// all the same.`,
      "Write https:// in the base URL.",
    );
  }
  return holds(`The address of the socket is ${state.url.href}.`);
}

async function checkSocket(state) {
  const { url, token, channel } = state;
  try {
    // Without a token that cannot be sent: the step “token” says so.
    state.socket = await openSocket(url, isLegalToken(token) ? { token } : {});
  } catch (error) {
    return error instanceof HandshakeRefused
      ? handshakeRefused(error, state)
      : fails(`The socket does not open: ${error.message}.`, "A proxy in between may not pass WebSockets on.");
  }
  state.hasTokenBack = state.socket.protocol === token;
  if (channel) state.seen = await visitChannel(state.socket, channel);
  return holds("The socket is open: the hash is right, and Realtime is switched on.");
}

function handshakeRefused({ status }, { hash }) {
  if (status === 404) {
    const version =
      hash.length === HASH_LENGTH
        ? ""
        : ` A hash of Realtime V1 (Legacy) has ${HASH_LENGTH} characters, this one ${hash.length}: a short name such as rtmain01 is a canonical of Realtime V2: ask with --v2 --canonical.`;
    return fails(
      "The server knows no Realtime under this hash (status 404).",
      `Copy the connection hash out of the Realtime Settings panel, and check there that Realtime is switched on.${version}`,
    );
  }
  if (status === 429 || status === 503) {
    return fails(`The server takes no more sockets now (status ${status}).`, "Try again later, or raise its limit.");
  }
  return fails(
    `The server answers the handshake with status ${status} instead of 101.`,
    "A proxy in between may not pass WebSockets on: let it pass the headers Upgrade and Connection.",
  );
}
