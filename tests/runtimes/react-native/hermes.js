// A program in Hermes, the engine of React Native. Its command has no network and no clock that waits: it reads a line of
// JavaScript at a time, so that the test can be both.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import WebSocket from "ws";

const HERMES = fileURLToPath(new URL("../node_modules/hermes-engine-cli/linux64-bin/hermes", import.meta.url));
const CALL = /host:(.*)$/;

/**
 * Runs the scripts, and calls `start` of the last with the settings.
 * Resolves with what the program hands to `host("done", …)`.
 * @param {import("node:test").TestContext} t
 * @param {string[]} scripts
 * @param {object} settings
 */
export function runInHermes(t, scripts, settings) {
  const child = spawn(HERMES, [], { stdio: ["pipe", "pipe", "inherit"] });
  // A program that has ended is told of by "exit".
  child.stdin.on("error", () => {});
  const timers = new Set();
  const sockets = new Map();
  t.after(async () => {
    for (const timer of timers) clearTimeout(timer);
    for (const socket of sockets.values()) socket.terminate();
    child.kill();
    if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
  });

  const evaluate = (text) => child.stdin.write(`${text}\n`);
  const happen = (...args) => evaluate(`happen(${args.map((arg) => JSON.stringify(arg)).join()})`);

  return new Promise((resolve, reject) => {
    const calls = {
      timer: (call, ms) => timers.add(setTimeout(happen, ms, call)),
      interval: (call, ms) => timers.add(setInterval(happen, ms, call)),
      open(call, url, protocols) {
        const socket = new WebSocket(url, protocols);
        sockets.set(call, socket);
        socket.on("open", () => happen(call, "open"));
        socket.on("message", (data) => happen(call, "message", { data: `${data}` }));
        socket.on("close", (code, reason) => happen(call, "close", { code, reason: `${reason}` }));
        socket.on("error", () => happen(call, "error"));
      },
      send: (_, number, text) => sockets.get(number).send(text),
      close: (_, number, code, reason) => sockets.get(number).close(code, reason ?? ""),
      done: (_, outcome) => resolve(outcome),
      failed: (_, reason) => reject(new Error(reason)),
    };
    createInterface({ input: child.stdout }).on("line", (line) => {
      if (line.includes("Uncaught")) reject(new Error(line));
      const [, call] = CALL.exec(line) ?? [];
      if (!call) return;
      const [what, ...args] = JSON.parse(call);
      calls[what](...args);
    });
    child.once("error", reject);
    child.once("exit", (code, signal) => reject(new Error(`Hermes ended with ${signal ?? code}`)));

    for (const script of scripts) evaluate(`(0, eval)(${JSON.stringify(script)})`);
    evaluate(`start(${JSON.stringify(settings)})`);
  });
}
