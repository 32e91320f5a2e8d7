// The server that the tests of V2 use, and the people on it.

import { signToken } from "../token.js";

export const ADDRESS = "rtmain01";
export const SECRET = "a key of thirty-two bytes or more";

const send = { name: "send" };
const open = { anonymous_clients: true, publish: { who: "anyone" }, messages: [send] };

/** Settings with one server. `changes` are fields of it. */
export function settings(changes) {
  return { servers: [{ name: "main", canonical: ADDRESS, enabled: true, channels: CHANNELS, ...changes }] };
}

export const CHANNELS = [
  {
    ...open,
    name: "rooms/{room_id}",
    input: [{ name: "room_id", type: "text" }],
    presence: true,
    publish: { who: "anyone", direct: true },
    messages: [
      send,
      { name: "shrug", handler: () => null },
      { name: "zero", handler: () => 0 },
      { name: "shout", active: false },
      { name: "louder", handler: (text) => `${text}!` },
      { name: "echo", deliver_to: "sender" },
      { name: "others", deliver_to: "others" },
      { name: "none", deliver_to: "explicit" },
    ],
  },
  { ...open, name: "rooms/lounge" },
  { ...open, name: "lobby", publish: { who: "nobody" } },
  { ...open, name: "staff", anonymous_clients: false, publish: { who: "authenticated" } },
  { ...open, name: "board", publish: { who: "authenticated" } },
  { ...open, name: "talk", conversation: { enabled: true, limit: 3 }, rate_limit: { messages_per_minute: 1 } },
  {
    ...open,
    name: "orders/{order_id}",
    input: [{ name: "order_id", type: "int" }],
    conversation: { enabled: true, limit: 5 },
    delivery: { guarantee: "at_least_once" },
    messages: [send, { name: "echo", deliver_to: "sender" }],
  },
  {
    ...open,
    name: "members",
    triggers: { join: ({ user }) => ({ allowed: user !== undefined, reason: "Sign in to join members" }) },
  },
  { ...open, name: "closed", active: false },
];

/** The token of a user of table 5. */
export function tokenOf(row, extras = {}, more = {}) {
  return signToken(SECRET, { dbo_id: 5, id: row, extras, ...more });
}
