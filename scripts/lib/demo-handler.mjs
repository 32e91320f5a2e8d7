// The message handler of the demo, and the settings that name it.
import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { root, target } from "./workspace.mjs";
import { Failure } from "./run.mjs";

const BUILT_IN = join(root, "hub/src/settings/built_in.json");

/**
 * Starts examples/handlers/marvel-chat.mjs on a free port, as a process that ends with this one. Resolves to its `url`, the
 * `secret` with which the server has to sign, and `stop()`.
 */
export async function startHandler() {
  const secret = process.env.XANO_TRIGGER_SECRET || randomBytes(32).toString("hex");
  const child = spawn(process.execPath, [join(root, "examples/handlers/marvel-chat.mjs")], {
    env: { ...process.env, PORT: "0", XANO_TRIGGER_SECRET: secret },
    stdio: ["ignore", "pipe", "inherit", "ipc"],
  });
  for await (const line of createInterface({ input: child.stdout })) {
    const url = /http:\S+/.exec(line)?.[0];
    if (url) return { url, secret, stop: () => end(child) };
  }
  throw new Failure("the message handler of the demo did not start");
}

async function end(child) {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, "exit");
  child.kill();
  await exited;
}

/** The built-in settings as an object, in which the handler at this URL answers the messages `send`. */
export async function settingsWithHandler(url) {
  const settings = JSON.parse(await readFile(BUILT_IN, "utf8"));
  const messages = settings.servers.flatMap(({ channels }) => channels).flatMap(({ messages }) => messages);
  for (const message of messages) if (message.name === "send") message.handler = url;
  return settings;
}

/** Writes these settings to a file, whose path it resolves to. */
export async function writeSettings(url) {
  const file = join(target, "demo-settings.json");
  await mkdir(target, { recursive: true });
  await writeFile(file, JSON.stringify(await settingsWithHandler(url), null, 2));
  return file;
}
