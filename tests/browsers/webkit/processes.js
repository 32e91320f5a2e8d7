// The two programs around WebKitGTK's MiniBrowser.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import { setTimeout as pause } from "node:timers/promises";

/** A screen that nobody sees. When it stops, whatever has a window on it ends as well. */
export async function startScreen() {
  // Xvfb picks a free number and writes it to descriptor 3 once it takes windows.
  const args = ["-displayfd", "3", "-screen", "0", "1024x768x24", "-nolisten", "tcp"];
  const { child, failed, stop } = start("Xvfb", args, { stdio: ["ignore", "ignore", "ignore", "pipe"] });
  const [number] = await Promise.race([once(child.stdio[3], "data"), failed]);
  return { display: `:${String(number).trim()}`, stop };
}

/** The WebDriver server, which starts a MiniBrowser when it is asked for a session. */
export async function startWebDriver(env) {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const { failed, stop } = start("WebKitWebDriver", [`--port=${port}`], { stdio: "ignore", env });
  await Promise.race([answers(`${url}/status`), failed]);
  return { url, stop };
}

function start(program, args, options) {
  const child = spawn(program, args, options);
  const ended = new Promise((resolve) => {
    child.once("exit", (code, signal) => resolve(signal ?? `exit status ${code}`));
    child.once("error", (error) => resolve(error.message));
  });
  return {
    child,
    failed: ended.then((how) => Promise.reject(new Error(`${program}: ${how}`))),
    async stop() {
      child.kill();
      await ended;
    },
  };
}

async function freePort() {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address();
  server.close();
  await once(server, "close");
  return port;
}

/** WebKitWebDriver does not say when it listens. */
async function answers(url) {
  const signal = AbortSignal.timeout(20_000);
  while (!(await fetch(url, { signal }).catch(() => undefined))?.ok) await pause(20, undefined, { signal });
}
