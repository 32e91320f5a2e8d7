// From a socket's event to the handlers: the time per message, in turns.

import { collect } from "../in-page/collect.js";
import { CONTENDERS } from "../in-page/contenders.js";
import { eventsFor, namesOf } from "../in-page/frames.js";
import { ORDERS } from "../in-page/orders.js";

/** How long one turn lasts: the clocks of some browsers tick once a millisecond. */
const TURN_MS = 40;

/** @returns {Record<string, number[]>} by contender, the microseconds per message of each turn */
window.measure = async ({ channels, bytes, handlers, turns }) => {
  const names = namesOf(channels);
  const events = eventsFor(names, bytes);
  const lanes = {};
  for (const [name, contender] of Object.entries(CONTENDERS)) lanes[name] = await prepare(contender(), names, handlers);
  for (const lane of Object.values(lanes)) warmUp(lane, events);
  const samples = Object.fromEntries(Object.keys(lanes).map((name) => [name, []]));
  for (let turn = 0; turn < turns; turn++) {
    for (const name of ORDERS[turn % ORDERS.length]) {
      await collect();
      samples[name].push((1_000 * time(lanes[name], events)) / lanes[name].count);
    }
  }
  return samples;
};

async function prepare(contender, names, handlers) {
  const got = { calls: 0 };
  const handler = () => () => {
    got.calls += 1;
  };
  const handlersOf = () => Array.from({ length: handlers }, handler);
  return { socket: await contender.subscribe(names, handlersOf), got, handlers, count: 0 };
}

/** Until the engine has compiled it, and it is known how many messages a turn takes. */
function warmUp(lane, events) {
  lane.count = events.length;
  while (time(lane, events) < TURN_MS / 2) lane.count *= 2;
  lane.count = Math.ceil((lane.count * TURN_MS) / time(lane, events));
  time(lane, events);
}

function time({ socket, got, handlers, count }, events) {
  got.calls = 0;
  const start = performance.now();
  for (let index = 0; index < count; index++) socket.deliver(events[index % events.length]);
  const elapsed = performance.now() - start;
  if (got.calls !== count * handlers) throw new Error(`${got.calls} calls for ${count} messages, ${handlers} handlers`);
  return elapsed;
}
