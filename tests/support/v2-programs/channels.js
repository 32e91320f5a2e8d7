// The channels of random programs on V2, and what the service does with the messages on them.

import { ADDRESS } from "../v2/rooms.js";

/** What the service does with a message, by the number in its text: most are delivered. */
export const isDropped = (text) => Number(text.slice(1)) % 17 === 3;

/** Each channel: how often programs use it, and what a judge has to know of it. */
export const CHANNELS = {
  "orders/1": { weight: 5 },
  "talks/1": { weight: 2 },
  "rooms/1": { weight: 3, hasPresence: true },
  "slow/1": { weight: 1 },
  /** Anonymous clients cannot join. */
  staff: { weight: 1, isForUsers: true },
};

/** Types of messages; the service knows no `unknown`. */
export const TYPES = { send: 12, others: 2, echo: 2, unknown: 1 };

/**
 * Settings of one server.
 * @param {(text: string) => void} said is told of every message of the program that the service takes
 */
export function settingsFor(said) {
  const handler = (payload) => {
    said(payload.text);
    return isDropped(payload.text) ? null : payload;
  };
  const messages = ["channel", "others", "sender"].map((deliver_to, at) => ({
    name: ["send", "others", "echo"][at],
    deliver_to,
    handler,
  }));
  const open = { anonymous_clients: true, publish: { who: "anyone", direct: true }, messages };
  const kept = { ...open, delivery: { guarantee: "at_least_once" } };
  const channels = [
    { ...kept, name: "orders/{id}" },
    { ...kept, name: "talks/{id}", conversation: { enabled: true, limit: 1_000 } },
    { ...open, name: "rooms/{id}", presence: true },
    { ...open, name: "slow/{id}", rate_limit: { messages_per_minute: 3 } },
    { ...open, name: "staff", anonymous_clients: false },
  ];
  return { servers: [{ name: "main", canonical: ADDRESS, enabled: true, channels }] };
}
