// How many messages a second a page takes from a real socket that has always more.

import { collect } from "../in-page/collect.js";
import { CONTENDERS } from "../in-page/contenders.js";
import { namesOf } from "../in-page/frames.js";
import { ORDERS } from "../in-page/orders.js";

const FIRST_MESSAGES = 2_000;
/** How long one turn lasts, about. */
const TURN_MS = 300;

/** @returns {Record<string, number[]>} by contender, the messages per second of each turn */
window.measure = async ({ channels, bytes, turns }) => {
  const lanes = {};
  for (const [name, contender] of Object.entries(CONTENDERS)) lanes[name] = await prepare(contender(), channels);
  // The first messages are for the engine, which compiles.
  let messages = FIRST_MESSAGES;
  for (const lane of Object.values(lanes)) {
    messages = Math.ceil(((await rate(lane, { channels, bytes, messages: FIRST_MESSAGES })) * TURN_MS) / 1_000);
  }
  const samples = Object.fromEntries(Object.keys(lanes).map((name) => [name, []]));
  for (let turn = 0; turn < turns; turn++) {
    for (const name of ORDERS[turn % ORDERS.length]) {
      await collect();
      samples[name].push(await rate(lanes[name], { channels, bytes, messages }));
    }
  }
  return samples;
};

async function prepare(contender, channels) {
  const lane = { contender, heard: () => {} };
  await contender.subscribe(namesOf(channels), () => [(action) => lane.heard(action)]);
  return lane;
}

/** From the first message to the last. */
function rate(lane, { messages, ...load }) {
  return new Promise((resolve) => {
    let got = 0;
    let start;
    lane.heard = ({ action }) => {
      if (action !== "message") return;
      if (got === 0) start = performance.now();
      got += 1;
      if (got === messages) resolve((1_000 * (messages - 1)) / (performance.now() - start));
    };
    lane.contender.say({ flood: messages, ...load });
  });
}
