// What a call of `message()` costs on a real open socket.

import { collect } from "../in-page/collect.js";
import { CONTENDERS, ORDERS } from "../in-page/contenders.js";

/** Fewer bytes than any library lets wait in the browser. */
const CALLS_AT_ONCE = 1_000;
/** How long the calls of one turn last at least: the clocks of some browsers tick once a millisecond. */
const TURN_MS = 15;
const PAYLOAD = "Hello to all who are here, from one of you.";

/** @returns {Record<string, number[]>} by contender, the microseconds per call of each turn */
window.measure = async ({ turns }) => {
  const lanes = {};
  for (const [name, contender] of Object.entries(CONTENDERS)) lanes[name] = await prepare(contender());
  for (const lane of Object.values(lanes)) await time(lane);
  const samples = Object.fromEntries(Object.keys(lanes).map((name) => [name, []]));
  for (let turn = 0; turn < turns; turn++) {
    for (const name of ORDERS[turn % ORDERS.length]) {
      await collect();
      samples[name].push(await time(lanes[name]));
    }
  }
  return samples;
};

async function prepare(contender) {
  const lane = { contender, heard: () => {} };
  await contender.subscribe(["room"], () => [(action) => lane.heard(action)]);
  return lane;
}

/** Of a call alone, in microseconds: the next burst waits until every message has come back. */
async function time(lane) {
  let elapsed_ms = 0;
  let calls = 0;
  while (elapsed_ms < TURN_MS) {
    const all = echoes(lane, CALLS_AT_ONCE);
    const start = performance.now();
    for (let call = 0; call < CALLS_AT_ONCE; call++) lane.contender.say(PAYLOAD);
    elapsed_ms += performance.now() - start;
    calls += CALLS_AT_ONCE;
    await all;
  }
  return (1_000 * elapsed_ms) / calls;
}

function echoes(lane, count) {
  return new Promise((resolve) => {
    let got = 0;
    lane.heard = ({ action }) => {
      if (action === "message") got += 1;
      if (got === count) resolve();
    };
  });
}
