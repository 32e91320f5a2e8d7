// A broadcast: who may send it, who receives it, and its receipt.

import { ERRORS } from "./errors.js";
import { TEXTS } from "./guesses.js";
import { identityOf } from "./roster.js";

const MINUTE_MS = 60_000;

/** guess: receipt-order. Broadcasts are answered in order, each after its sender's own copy. */
export function broadcast(channel, connection, { type, payload, to }) {
  const { row } = channel;
  if (!channel.members.has(connection)) return channel.refuse(connection, TEXTS.notJoined);
  const message = row.messages.find(({ name, active }) => active && name === type);
  // guess: missing-type
  if (!message) return channel.refuse(connection, ERRORS.unknownType(type));
  // guess: anonymous-direct
  if (to && (!row.publish.direct || !connection.user)) return channel.refuse(connection, ERRORS.directDisabled);
  if (!to && !mayPublish(row, connection)) return channel.refuse(connection, TEXTS.publishRefused);
  const retry_after = waitOf(channel, connection);
  if (retry_after !== undefined) return channel.refuse(connection, TEXTS.rateLimited, limited(row, retry_after));

  const content = message.handler ? message.handler(payload, { type, channel: channel.name }) : payload;
  channel.say(connection, "broadcast", {
    ...(content === null && message.handler
      ? { delivered_local: 0, dropped: true }
      : deliver(channel, connection, message, content, to)),
    ...(to && { direct: true }),
  });
}

/** guess: workspace-publish. No handler runs, no permission is asked for; transcript and stream keep the message. */
export function publish(channel, type, payload) {
  const frame = channel.frameOf("message", channel.log.append(type, payload));
  for (const member of channel.members) member.sendMessage(frame);
}

function deliver(channel, connection, { name, deliver_to }, payload, to) {
  const isKept = !to && (deliver_to === "channel" || deliver_to === "others");
  const entry = isKept ? channel.log.append(name, payload) : { type: name, payload };
  const recipients = to ? socketsOf(channel, connection, to) : audienceOf(channel, connection, deliver_to);
  const frame = channel.frameOf("message", entry);
  for (const recipient of recipients) recipient.sendMessage(frame);
  return { delivered_local: recipients.length, ...(frame.id && { id: frame.id }) };
}

/** guess: direct-delivery. Every socket of the user except the sender's own. */
function socketsOf(channel, connection, user) {
  return [...channel.members].filter((member) => member !== connection && member.user?.key === user);
}

function audienceOf(channel, connection, deliverTo) {
  const members = [...channel.members];
  const isIn = {
    channel: () => true,
    others: (member) => member !== connection,
    sender: (member) => member === connection,
    // guess: explicit
    explicit: () => false,
  }[deliverTo];
  return members.filter(isIn);
}

function mayPublish({ publish: { who } }, { user }) {
  return who === "anyone" || (who === "authenticated" && user !== undefined);
}

/** guess: rate-limit. `retry_after` is in seconds. */
function limited({ rate_limit }, retry_after) {
  return { code: "rate_limited", limit: rate_limit.messages_per_minute, retry_after };
}

/** Counts this broadcast, or returns the seconds until the next one is accepted. */
function waitOf({ row, service, broadcastTimes }, connection) {
  const limit = row.rate_limit.messages_per_minute;
  if (limit === 0) return undefined;
  const [now, sender] = [service.epochMs(), identityOf(connection)];
  const recent = (broadcastTimes.get(sender) ?? []).filter((at) => at > now - MINUTE_MS);
  if (recent.length >= limit) return Math.ceil((recent[0] + MINUTE_MS - now) / 1_000);
  broadcastTimes.set(sender, [...recent, now]);
  return undefined;
}
