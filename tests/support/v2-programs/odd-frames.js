// Frames that no service of V2 sends, as texts.

import { mutated, VALUES, words } from "../hostile-frames.js";

export const JSON_VALUES = VALUES.map((text) => JSON.parse(text));

const CHANNEL = "orders/1";
const MEMBER = { id: "7", dbo_id: 5, authenticated: true, extras: {}, joined_at: 1_788_471_242 };

/** A frame of each action, as a service would send it. */
const FRAMES = [
  { action: "join", payload: { joined: true, params: { id: "1" }, cursor: "0", resumed: false } },
  { action: "leave", payload: {} },
  { action: "message", type: "send", id: "1788471242950-0", payload: "new" },
  { action: "message", type: "send", id: "1788471242950-1", conversation: true, ts: 1_788_471_242, payload: "old" },
  { action: "replay", type: "send", id: "1788471242950-2", payload: "missed" },
  { action: "broadcast", payload: { delivered_local: 2, id: "1788471242950-0", dropped: true, direct: true } },
  { action: "ack", payload: { cursor: "1788471242950-0" } },
  { action: "presence_full", payload: { members: [MEMBER] } },
  { action: "presence_join", payload: { member: MEMBER } },
  { action: "presence_leave", payload: { member: MEMBER } },
  { action: "conversation_start", payload: { count: 2 } },
  { action: "conversation_end", payload: {} },
  { action: "error", payload: { message: "no", code: "rate_limited", limit: 1, retry_after: 2 } },
  { action: "pong" },
  { action: "ping" },
  { action: "history", payload: { history: [] } },
  { action: "connection_status", payload: { status: "connected" } },
  { action: "something_new", payload: {} },
].map((frame) => ({ channel: CHANNEL, ...frame }));

const PATHS = words(`
  action channel type id ts conversation options options.channel replayed client payload
  payload.message payload.code payload.cursor payload.resumed payload.joined payload.params payload.params.id
  payload.members payload.members.0 payload.members.0.id payload.members.0.dbo_id payload.members.0.extras
  payload.member payload.member.id payload.member.dbo_id payload.member.extras payload.member.channel
  payload.delivered_local payload.id payload.dropped payload.count payload.status
`);
const IDS = words(`
  "0-0" "0" "1-0" "1788471242950-0" "1788471242950-65535" "1788471242950-65536" "281474976710655-65535"
  "281474976710656-0" "-1-0" "1-" "-" "01-0" "1-00" "1e3-0" "1.5-0" "1-0-0" "1788471242950" "9007199254740993-0"
`);
const VALUES_HERE = [undefined, ...VALUES, ...IDS];

/** Frames as texts: every action, with every field missing once and taking every value once. */
export function* mutations() {
  for (const frame of FRAMES) {
    for (const path of PATHS) {
      for (const value of VALUES_HERE) yield mutated(JSON.stringify(frame), path, value);
    }
  }
}

/** One that forges what a service says, on one of the channels. */
export function forged(dice, channels) {
  const frame = { ...dice.pick(FRAMES), channel: dice.pick(channels) };
  if (dice.chance(0.4)) return JSON.stringify(frame);
  return mutated(JSON.stringify(frame), dice.pick(PATHS), dice.pick(VALUES_HERE));
}

/** One that says nothing to this client: no frame, on no channel of it, or of an action that is unknown. */
export function foreign(dice) {
  const value = dice.pick(VALUES);
  return dice.pick([
    ...["", "{", "\u0000", "[".repeat(1_000), value],
    `{"action":"message","channel":"elsewhere","id":"1788471242950-0","payload":${value}}`,
    `{"action":"something_new","channel":"${CHANNEL}","id":${value},"payload":${value}}`,
    `{"action":"conversation_start","channel":"${CHANNEL}","payload":${value}}`,
    `{"action":"presence_join","channel":"${CHANNEL}","payload":${value}}`,
    `{"channel":"${CHANNEL}","payload":${value}}`,
  ]);
}
