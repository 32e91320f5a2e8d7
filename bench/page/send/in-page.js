// Calls of `message()` on a real open socket.

import { collect } from "../in-page/collect.js";
import { CONTENDERS } from "../in-page/contenders.js";

/** Fewer bytes than any library lets wait in the browser. */
const CALLS_AT_ONCE = 1_000;
const PAYLOAD = { unanswered: true, text: "Hello to all who are here." };

const lanes = {};

/** Sends so many messages. The next burst waits until the last one has arrived. */
window.measure = async ({ contender, calls }) => {
  lanes[contender] ??= await prepare(CONTENDERS[contender]());
  if (!calls) return collect();
  const lane = lanes[contender];
  for (let left = calls; left > 0; left -= CALLS_AT_ONCE) {
    for (let call = 1; call < CALLS_AT_ONCE; call++) lane.contender.say(PAYLOAD);
    await new Promise((resolve) => {
      lane.heard = ({ action }) => action === "message" && resolve();
      lane.contender.say("Has all of it arrived?");
    });
  }
};

async function prepare(contender) {
  const lane = { contender, heard: () => {} };
  await contender.subscribe(["room"], () => [(action) => lane.heard(action)]);
  return lane;
}
