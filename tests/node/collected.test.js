// What becomes of a channel object that nobody holds any more.

import assert from "node:assert/strict";
import { test } from "node:test";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { client, FakeSocket, settled } from "../support/node-page.js";

setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc");

async function collected() {
  collectGarbage();
  await settled();
  await settled();
}

/** A client on an open socket. */
function connected() {
  const jill = client();
  jill.channel("room").on(() => {});
  FakeSocket.latest.open();
  return jill;
}

test("it leaves its channel", async () => {
  const jill = connected();
  (() => jill.channel("made and forgotten"))();
  await collected();
  assert.deepEqual(
    FakeSocket.latest.sentOf("leave").map(({ options }) => options.channel),
    ["made and forgotten"],
  );
});

test("what it sent to a socket that had begun to close waits all the same", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const jill = connected();
  FakeSocket.latest.readyState = FakeSocket.CLOSING;
  (() => jill.channel("forgotten").message("waiting"))();
  await collected();
  FakeSocket.latest.drop(1006);
  t.mock.timers.tick(1_000);
  FakeSocket.latest.open();
  assert.deepEqual(
    FakeSocket.latest.sentOf("message").map(({ payload }) => payload),
    ["waiting"],
  );
});
