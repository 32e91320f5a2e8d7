// The start of a connection of Realtime V2: pings, until the service is ready or refuses.

import { setTimeout as pause } from "node:timers/promises";

/** What the service says until it is ready. */
const NOT_READY = "Connection is not ready";
const PONG_MS = 10_000;
const PAUSE_MS = 100;
const READY_WITHIN_MS = 30_000;
/** How long a service that has refused may take to close. */
const CLOSE_MS = 2_000;

/**
 * Resolves with how it went: `pings` and `took_ms`, and `reason` where the service has refused the connection, `isLate` where
 * it was not ready in time, `isMute` where it answers no ping. `closeCode` is the socket's.
 */
export async function greet(socket) {
  const began = performance.now();
  for (let pings = 1; ; pings += 1) {
    const answer = await socket.ask({ action: "ping" }, isAboutConnection, PONG_MS);
    const took_ms = Math.round(performance.now() - began);
    const refusal = socket.heard.find((frame) => isError(frame) && frame.payload?.message !== NOT_READY);
    if (refusal || socket.closeCode !== undefined) {
      await socket.wait(() => undefined, CLOSE_MS);
      return { pings, took_ms, reason: refusal?.payload?.message, closeCode: socket.closeCode };
    }
    if (answer?.action === "pong") return { pings, took_ms, isReady: true };
    if (!answer) return { pings, took_ms, isMute: true };
    if (took_ms > READY_WITHIN_MS) return { pings, took_ms, isLate: true };
    await pause(PAUSE_MS);
  }
}

function isAboutConnection(frame) {
  return frame.action === "pong" || isError(frame);
}

function isError({ action, channel }) {
  return action === "error" && !channel;
}
