// Messages that are sent again until the server has answered, and taken by it once.

import { destroyed } from "../core/channel-handle.js";
import { quiet, refusal } from "./promises.js";

/** @import { XanoRealtimeChannel } from "./channel.js" */

/**
 * @param {XanoRealtimeChannel} channel
 * @param {unknown} payload
 * @param {object} [options]
 */
export function publish(channel, payload, options) {
  return quiet(
    new Promise((resolve, reject) => {
      /** @type {(outcome?: any) => void} */
      const settle = (outcome) => {
        if (outcome instanceof Error) return reject(outcome);
        if (!outcome) return reject(destroyed(channel.channel));
        const { action, options, payload } = outcome;
        if (action === "error") reject(refusal(outcome));
        else if (payload?.dropped) resolve({ dropped: true });
        else if (!action) resolve({});
        else {
          const id = options.id ?? payload?.id;
          resolve(action === "broadcast" ? { id, delivered: payload?.delivered_local } : { id });
        }
      };
      const handle = channel._handle;
      if (handle) handle.publish(channel, options, payload, newKey(), settle);
      else settle();
    }),
  );
}

/** 128 random bits. React Native has no `crypto`. */
export function newKey() {
  const words = new Uint32Array(4);
  if (globalThis.crypto) crypto.getRandomValues(words);
  else for (let i = 0; i < 4; i++) words[i] = Math.random() * 2 ** 32;
  return `${words}`;
}
