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

/** The same, for one test. */
export async function ownDemo(t) {
  const demo = await startDemoV2();
  t.after(() => demo.dispose());
  return demo;
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

/** Waits until the visitor is a member of the room. */
export async function entered(visiting) {
  const visitor = await visiting;
  await visitor.enter();
  await visitor.until((frames) => joinsOf(frames).length > 0);
  return visitor;
}

/** Signs up on the page, and enters the channel. */
export async function memberOf(t, browser, { port, name, channel }) {
  const visitor = await visitV2(t, browser, { port, name });
  await visitor.signUp({ email: `${name.toLowerCase()}-${crypto.randomUUID()}@example.com` });
  await visitor.isLoggedInAs(name);
  if (channel) await visitor.choose(channel);
  return entered(visitor);
}

/** The acknowledged joins of the room among frames. */
export function joinsOf(frames) {
  return frames.filter(({ action, channel }) => action === "join" && !channel.endsWith("/typing"));
}
