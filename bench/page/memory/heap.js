// What a channel with one handler costs a page, in bytes.

import { collect } from "../in-page/collect.js";
import { CONTENDERS } from "../in-page/contenders.js";
import { namesOf } from "../in-page/frames.js";

window.measure = async ({ library, channels }) => {
  const contender = CONTENDERS[library]();
  const handler = () => {};
  const names = namesOf(channels + 1);
  await contender.subscribe(names.slice(channels), () => [handler]);
  await collect();
  const before = holdings();
  // Held until the end.
  const more = names.slice(0, channels).map((name) => contender.client.channel(name).on(handler));
  await collect();
  const after = holdings();
  return {
    heap: (after.heap - before.heap) / more.length,
    wasm: (after["wasm bytes"] - before["wasm bytes"]) / more.length,
  };
};
