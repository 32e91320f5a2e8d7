// The same work twice: what the second pass leaves behind is a leak.

import { collect } from "../in-page/collect.js";
import { CONTENDERS } from "../in-page/contenders.js";
import { eventsFor, namesOf } from "../in-page/frames.js";

/** One of so many is dropped without `destroy()`. */
const DROPPED_OF = 4;
const COLLECTED_WITHIN_MS = 5_000;

window.measure = async ({ messages, channels }) => {
  const contender = CONTENDERS.ours();
  const socket = await contender.subscribe(["stays"], () => [() => {}]);
  const names = namesOf(channels);
  const { channels: stay } = holdings();
  const pass = () => work(contender, socket, names, messages, stay);
  await pass();
  const before = holdings();
  await pass();
  const after = holdings();
  return Object.fromEntries(Object.keys(before).map((what) => [what, after[what] - before[what]]));
};

async function work({ client }, socket, names, messages, stay) {
  for (const [index, name] of names.entries()) {
    const channel = client.channel(name);
    if (index % DROPPED_OF === 0) continue;
    channel.on(() => {});
    channel.destroy();
  }
  const listening = names.map((name) => client.channel(name).on(() => {}));
  const events = eventsFor(names, 60);
  for (let index = 0; index < messages; index++) socket.deliver(events[index % events.length]);
  for (const channel of listening) channel.destroy();
  await everythingDroppedIsCollected(stay);
}

/** An engine collects when it likes: it is asked until no channel is left but the one that stays. */
async function everythingDroppedIsCollected(stay) {
  const end = performance.now() + COLLECTED_WITHIN_MS;
  do await collect();
  while (holdings().channels > stay && performance.now() < end);
}
