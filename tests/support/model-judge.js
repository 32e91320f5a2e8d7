// What a random program of tests/node/properties.test.js must not show.

import { isDropped, isRefused, LONGEST_WAY_MS } from "./model-server.js";

/** What a promise may be told where no answer of the server settles it. */
const ALWAYS = ["destroyed", "unconfirmed", "timeout", "queue_full", "too_large"];
/** Failures after which the connection stays closed. */
const CLOSED_FOR_GOOD = ["server_closed", "policy", "unauthorized"];
const ANSWER_WITHIN_MS = 15_000;
/** After so many sockets that have ended without its answer a message is sent no more. */
const SENT_OFTEN = 3;
/** How long it takes until it is seen that a channel has moved to another connection. */
export const LOOKED_EVERY_MS = 500;

/** From then on the frames of an earlier member on the same socket have arrived: what comes is the new member's. */
const SETTLED_AFTER_MS = 4 * LONGEST_WAY_MS;

/** Nothing twice, and in order; with `recover` nothing is missing but where a gap was told. */
export function* faultsOfMember({ label, name, recovers, createdAt, heard }, said, isOwn) {
  const places = new Map(said.map(({ text }, index) => [text, index]));
  const seen = new Set();
  let last = -1;
  let counts = false;
  let hasGap = false;
  for (const { text, gap, hasMoved, at } of heard) {
    // The others' connection may be behind or ahead of the one it comes from.
    if (hasMoved) {
      seen.clear();
      last = -1;
      counts = false;
    }
    if (gap) hasGap = true;
    if (text === undefined) continue;
    const index = places.get(text);
    if (index === undefined) yield `${label} heard ${text}, which was never said on ${name}`;
    if (seen.has(text)) yield `${label} heard ${text} twice (at ${at} ms)`;
    // The echo of what is sent again comes late. With `recover` it came before, among what was missed, unless the member
    // was not there yet.
    else if (index <= last && !(isOwn(text) && (!recovers || said[index].at < createdAt)))
      yield `${label} heard ${text} too late (at ${at} ms)`;
    else if (recovers && counts && index > last + 1 && !hasGap) {
      const missing = said.slice(last + 1, index).map(({ text }) => text);
      yield `${label} misses ${missing} before ${text} (at ${at} ms), and was not told`;
    }
    seen.add(text);
    last = Math.max(last, index ?? -1);
    counts = at > createdAt + SETTLED_AFTER_MS;
    // The late echo is not what comes behind a gap.
    hasGap &&= isOwn(text);
  }
}

/** One outcome at most, in time; what it says of the message is so. */
export function* faultsOfPublished(published, server) {
  const { text, name, member, outcomes, sentIn, label } = published;
  const said = (server.said.get(name) ?? []).filter((entry) => entry.text === text);
  const [outcome] = outcomes;
  if (outcomes.length !== 1) yield `${text} by ${label} has ${outcomes.length} outcomes`;
  if (said.length > 1) yield `${text} by ${label} was said ${said.length} times`;
  if (!outcome) return;
  const { code, id, dropped, epoch, at, since } = outcome;
  if (code === undefined) {
    if (dropped) {
      if (!isDropped(text)) yield `${text} is told dropped`;
    } else if (server.hasExtensions && (said.length !== 1 || said[0].id !== id)) {
      yield `${text} by ${label} is taken as ${id}, and was said as ${said.map(({ id }) => id)}`;
    }
    return;
  }
  const answered = isRefused(text) ? ["no_public"] : [];
  if (![...ALWAYS, ...CLOSED_FOR_GOOD, ...answered].includes(code)) yield `${text} by ${label} is told ${code}`;
  // Where it has moved to, others may have been acknowledged by an earlier epoch than its own. A server without extensions
  // names no epoch.
  const hasMoved = member.heard.some((heard) => heard.hasMoved);
  const isSentOften = sentIn.length >= SENT_OFTEN;
  const mayBeUnknown =
    isSentOften || hasMoved || !server.hasExtensions ? sentIn.length > 0 : sentIn.some((sent) => sent < epoch);
  if (code === "unconfirmed" && !mayBeUnknown) yield `the fate of ${text} is known: never sent before`;
  if (["queue_full", "no_public"].includes(code) && said.length > 0) yield `${text} is told ${code}, and was said`;
  if (code === "timeout" && at - since < ANSWER_WITHIN_MS - LOOKED_EVERY_MS)
    yield `${text} timed out after ${at - since} ms with a connection`;
}

/** Whether a promise is pending for longer than a server may take to answer. */
export const isLate = ({ outcomes, since }, now) => outcomes.length === 0 && now - since() > ANSWER_WITHIN_MS;
