// Frames that no well-behaved server sends, as texts.

import { Dice } from "./random.js";

/** Frames as texts: every action, with every field missing once and taking every value once. */
export function* mutations() {
  for (const action of ACTIONS) {
    for (const path of PATHS) {
      for (const value of [undefined, ...VALUES]) yield mutated(plausible(action), path, value);
    }
  }
}

/** Frames of random JSON, the same ones at every run. */
export function* nonsense(count) {
  const dice = new Dice(20_240_607);
  const json = (depth) => {
    if (depth === 0 || dice.chance(0.3)) return dice.pick(VALUES);
    const items = dice.times(dice.below(4), () => json(depth - 1));
    if (dice.chance(0.3)) return `[${items}]`;
    const fields = ["presence", "history", "socketId", "channel", "action", "status", "extras", "__proto__"];
    return `{${items.map((item) => `"${dice.pick(fields)}":${item}`)}}`;
  };
  for (let n = 0; n < count; n++) {
    const action = dice.chance(0.9) ? JSON.stringify(dice.pick(ACTIONS)) : json(2);
    const options = dice.chance(0.8) ? '{"channel":"a"}' : json(2);
    yield `{"action":${action},"client":${json(2)},"options":${options},"payload":${json(4)}}`;
  }
}

/** The text of a frame with another value, as a text, at the path; `undefined`: with none. */
export function mutated(text, path, value) {
  const frame = JSON.parse(text);
  const fields = path.split(".");
  const last = fields.pop();
  let place = frame;
  for (const field of fields) {
    if (typeof place[field] !== "object" || !place[field]) place[field] = field === "presence" ? [] : {};
    place = place[field];
  }
  place[last] = value === undefined ? undefined : "HERE";
  return JSON.stringify(frame).replace('"HERE"', () => value);
}

function plausible(action) {
  const client = { socketId: "s-1", extras: {}, permissions: { dbo_id: 0, row_id: 0 } };
  const payload = {
    presence_full: { presence: [client] },
    presence_update: { action: "join", presence: client },
    history: { history: [{ action: "message", client, options: { channel: "a" }, payload: "old" }] },
    connection_status: { status: "connected" },
    error: { message: "no" },
  };
  return JSON.stringify({ action, client, options: { channel: "a" }, payload: payload[action] ?? {} });
}

const ACTIONS = words(`
  join leave message event history presence_full presence_update error
  connection_status ping pong ack something_new
`);

const PATHS = words(`
  action client client.socketId client.extras client.permissions
  options options.channel options.socketId options.authenticated options.key options.id
  payload payload.action payload.presence payload.presence.socketId payload.presence.0 payload.presence.0.socketId
  payload.history payload.history.0 payload.status payload.message payload.code payload.complete
  payload.ext payload.ext.ping payload.ext.recover
`);

export const VALUES = words(`
  null true false 0 -1 0.5 1e308 1e999 9007199254740993
  "" "text" "__proto__" "message" "a" [] [[]] ["a"] [null] [1]
  {} {"a":1} {"length":3} {"__proto__":{"channel":"a"}} {"toString":null,"valueOf":null}
`);

export function words(text) {
  return text.trim().split(/\s+/);
}
