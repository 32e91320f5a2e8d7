// What a channel with one handler costs a page, in bytes.

import { collect } from "../in-page/collect.js";
import { CONTENDERS } from "../in-page/contenders.js";
import { namesOf } from "../in-page/frames.js";

window.measure = async ({ library, channels }) => {
  const contender = CONTENDERS[library]();
  const handler = () => {};
  const names = namesOf(2 * channels);
  // The first half is for the engine, which compiles and makes room.
  await contender.subscribe(names.splice(0, channels), () => [handler]);
  await settled();
  const before = holdings();
  // Held until the end.
  const more = names.map((name) => contender.client.channel(name).on(handler));
  await settled();
  const after = holdings();
  return {
    heap: (after.heap - before.heap) / more.length,
    wasm: (after["wasm bytes"] - before["wasm bytes"]) / more.length,
  };
};

/** Once for the objects, once for what they held. */
async function settled() {
  await collect();
  await collect();
}
