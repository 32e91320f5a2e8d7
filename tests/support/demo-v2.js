// The Marvel chat on Realtime V2: the demo's settings on the real server, with its message handler beside it.

import { settingsWithHandler, startHandler } from "../../scripts/lib/demo-handler.mjs";
import { DEMO, visitDemo } from "./demo.js";
import { startServer } from "./server.js";

/** Starts both. `stopHandler()` ends the handler alone, `dispose()` everything. */
export async function startDemoV2() {
  const handler = await startHandler();
  const dispose = async () => {
    await handler.stop();
    await server?.dispose();
  };
  let server;
  try {
    const env = { XANO_TRIGGER_SECRET: handler.secret };
    server = await startServer({ www: DEMO, settings: await settingsWithHandler(handler.url), env });
  } catch (error) {
    await dispose();
    throw error;
  }
  return { server, stopHandler: handler.stop, dispose };
}

/** Opens the page of the server on this port, with the switch on V2. */
export async function visitV2(t, browser, { port, ...options }) {
  const visitor = await visitDemo(t, browser, { url: `http://127.0.0.1:${port}/?realtime=2`, ...options });
  const frames = [];
  const waiting = new Set();
  visitor.page.on("websocket", (socket) => {
    socket.on("framereceived", ({ payload }) => {
      frames.push(JSON.parse(payload));
      for (const look of waiting) look();
    });
  });
  return Object.assign(visitor, {
    /** Resolves to what `find` finds in the frames that the page has received, once it finds something. */
    until(find) {
      return new Promise((resolve) => {
        const look = () => {
          const found = find(frames);
          if (!found) return;
          waiting.delete(look);
          resolve(found);
        };
        waiting.add(look);
        look();
      });
    },
    /** What the log shows, notes too, oldest first. */
    told() {
      const texts = (items) => items.map((item) => (item.querySelector(".bubble") ?? item).textContent);
      return visitor.locator("#log li").evaluateAll(texts);
    },
  });
}
