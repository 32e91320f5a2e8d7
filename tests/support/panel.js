// Servers whose settings panel is tested, and what the tests of the panel look at.

import { startServer } from "./server.js";
import { SingleServer } from "./single-server.js";

export const PHONE = { viewport: { width: 360, height: 640 }, isMobile: true, hasTouch: true };
export const MARKUP = "<img src=x onerror='window.wasRun = true'>";

/** A server for one test; without settings it has the built-in ones. */
export async function serve(t, settings) {
  const server = await startServer({ settings });
  t.after(() => server.dispose());
  return server;
}

/** One server for one test, not several: the live view shows the one that serves it, and Realtime V2 is kept in memory. */
export async function serveAlone(t, settings) {
  const server = new SingleServer({ settings });
  await server.start();
  t.after(() => server.dispose());
  return server;
}

/** The settings in force. Several servers are asked until all of them have the same: each hears of a change by itself. */
export async function settingsOf(server) {
  const headers = { authorization: `Bearer ${await server.adminToken()}` };
  const inForce = ({ url }) =>
    fetch(`${url}/api:meta/workspace/1/realtime`, { headers }).then((answer) => answer.text());
  const signal = AbortSignal.timeout(30_000);
  for (;;) {
    const texts = new Set(await Promise.all((server.nodes ?? [server]).map(inForce)));
    if (texts.size === 1) return JSON.parse([...texts][0]);
    signal.throwIfAborted();
  }
}

/** What a screen reader adds to the name of the field. */
export function describedBy(field) {
  return field.evaluate((field) => {
    const ids = field.getAttribute("aria-describedby").split(" ");
    return ids.map((id) => document.getElementById(id).textContent).join(" ");
  });
}
