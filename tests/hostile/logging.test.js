// Standard error that is never read or is closed, while clients cause one warning after another.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { closeSync, constants, mkdtempSync, openSync, rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { Attacker } from "../support/attacker.js";
import { metric } from "../support/metrics.js";
import { room, settings } from "../support/settings.js";
import { SingleServer } from "../support/single-server.js";

const SKIP = process.platform === "win32" && "needs named pipes";
const MESSAGES = 200;
/** No program listens on this port. */
const FAILING_URL = "http://127.0.0.1:1/";

const channels = settings(
  room("asks", { triggers: { message: FAILING_URL }, presence: false }),
  room("plain", { presence: false }),
);

for (const [what, pipe] of [
  ["that is never read", fullPipe],
  ["that is closed", closedPipe],
]) {
  test(`standard error ${what} costs log lines and nothing else`, { skip: SKIP }, async (t) => {
    const server = await startWithStderr(t, pipe);
    const attacker = await Attacker.open(server);
    attacker.send(joins("asks"));
    await attacker.hears("join");

    for (let number = 0; number < MESSAGES; number += 1) {
      attacker.send(message("asks"));
      const { payload } = await attacker.hears("error");
      assert.equal(payload.code, "trigger_failed", `message ${number}`);
    }

    const other = await Attacker.open(server);
    other.send(joins("plain"), message("plain"));
    await other.hears("message");
    const lost = await metric(server, "xano_log_lines_dropped_total");
    if (pipe === closedPipe) assert.ok(lost > 0, "lost lines are counted");
    // 200 failures cannot fill a pipe, because they are logged once a minute.
    assert.ok(lost < 10, `${lost} lines were lost`);
    assert.equal(await server.stop(), 0, "SIGTERM stops the server with exit status 0");
  });
}

function joins(channel) {
  return { action: "join", options: { channel }, payload: {} };
}

function message(channel) {
  return { action: "message", options: { channel }, payload: "hello" };
}

async function startWithStderr(t, pipe) {
  const folder = mkdtempSync(join(tmpdir(), "xano-stderr-"));
  t.after(() => rmSync(folder, { recursive: true }));
  const path = join(folder, "stderr");
  execFileSync("mkfifo", [path]);
  const { stderr, started } = pipe(path);
  const server = new SingleServer({ settings: channels, stderr });
  t.after(() => server.kill());
  await server.start();
  closeSync(stderr);
  t.after(started());
  return server;
}

/** Returns a full pipe that has a reader. */
function fullPipe(path) {
  const reader = openSync(path, constants.O_RDWR | constants.O_NONBLOCK);
  const stderr = openSync(path, constants.O_WRONLY);
  for (const size of [4096, 1]) {
    while (writes(reader, size));
  }
  return { stderr, started: () => () => closeSync(reader) };
}

/** Returns a pipe whose reader closes after the server has started. */
function closedPipe(path) {
  const reader = openSync(path, constants.O_RDWR | constants.O_NONBLOCK);
  const stderr = openSync(path, constants.O_WRONLY);
  return {
    stderr,
    started() {
      closeSync(reader);
      return () => {};
    },
  };
}

function writes(pipe, size) {
  try {
    return writeSync(pipe, Buffer.alloc(size)) > 0;
  } catch (error) {
    if (error.code === "EAGAIN") return false;
    throw error;
  }
}
