// What the promises of a random program on V2 must not be told.

import { isDropped } from "./channels.js";

/** What a promise may be told where no answer of the service settles it. */
const UNANSWERED = ["destroyed", "unconfirmed", "timeout", "queue_full", "too_large"];
/** Failures after which the connection stays closed. */
const CLOSED_FOR_GOOD = ["server_closed", "policy", "unauthorized"];
/** What the service refuses with. */
const REFUSED = ["refused", "rate_limited"];
const ANSWER_WITHIN_MS = 15_000;
/** How long it takes until it is seen that a channel has moved to another connection. */
export const LOOKED_EVERY_MS = 500;

/** One outcome, in time; what it says of the message is so, unless the service was forged or receipts are `isVague`. */
export function* faultsOfPublished({ text, label, member, outcomes }, { said, sent, id, isVague }) {
  if (outcomes.length !== 1) yield `${text} by ${label} has ${outcomes.length} outcomes`;
  if (said > 1 || sent > 1) yield `${text} by ${label} was sent ${sent} times, and taken ${said} times`;
  const [outcome] = outcomes;
  if (!outcome || isVague) return;
  const { code } = outcome;
  if (code === undefined) {
    if (said !== 1) yield `${text} by ${label} is told taken, and was not`;
    if (!!outcome.dropped !== isDropped(text)) yield `${text} is told dropped: ${outcome.dropped}`;
    if (!outcome.dropped && outcome.id !== id && id !== undefined) yield `${text} has the id ${outcome.id}, not ${id}`;
    return;
  }
  if (![...UNANSWERED, ...CLOSED_FOR_GOOD, ...REFUSED].includes(code)) yield `${text} by ${label} is told ${code}`;
  if (code === "destroyed" && !member.isDestroyed) yield `${text} is told destroyed, and its channel lives`;
  if ([...REFUSED, "queue_full"].includes(code) && said > 0) yield `${text} is told ${code}, and was taken`;
  if (code === "unconfirmed" && sent === 0) yield `the fate of ${text} is known: never sent`;
  if (CLOSED_FOR_GOOD.includes(code) && sent > 0) yield `${text} is told ${code}, and may have been taken`;
  const waited_ms = outcome.at - outcome.since;
  if (code === "timeout" && waited_ms < ANSWER_WITHIN_MS - LOOKED_EVERY_MS) {
    yield `${text} timed out after ${waited_ms} ms with a connection`;
  }
}

/** Whether a promise is pending for longer than a service may take to answer. */
export const isLate = ({ outcomes, since }, now) => outcomes.length === 0 && now - since() > ANSWER_WITHIN_MS;
