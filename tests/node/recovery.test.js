// What was missed while there was no connection, on servers that keep count and on others.

import assert from "node:assert/strict";
import { test } from "node:test";
import { client, FakeSocket, settled } from "../support/node-page.js";

const options = { channel: "room" };
const message = (id, payload = id) => ({ action: "message", options: { ...options, id }, payload });
const ack = (place) => ({ action: "join", options, payload: place ? { ext: { recover: place } } : {} });
const history = (complete, ...entries) => ({ action: "history", options, payload: { history: entries, complete } });

/** A channel that wishes to recover, joined on a server that stands there. */
function joined(t, place, wishes = { recover: true }, jill = client()) {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const told = [];
  const channel = jill.channel("room", wishes);
  const tell = ({ action, payload, replayed }) => {
    if (action === "error") told.push(payload.code);
    if (action === "message" || action === "event") told.push(replayed ? `${payload} again` : payload);
    if (action === "history") told.push("history");
  };
  channel.on(tell, tell);
  FakeSocket.latest.open();
  FakeSocket.latest.deliver(ack(place));
  const interrupt = () => {
    FakeSocket.latest.drop(1006);
    t.mock.timers.tick(60_000);
    FakeSocket.latest.open();
  };
  t.after(() => channel.destroy());
  return { channel, told, interrupt };
}

test("missed messages come to the same handlers, in order, marked, and once", (t) => {
  const { told, interrupt } = joined(t, { epoch: "e", id: "0-1" });
  FakeSocket.latest.deliver(message("0-2"));
  interrupt();
  const [join] = FakeSocket.latest.sentOf("join");
  assert.deepEqual(join.payload, { history: false, presence: false, since: { epoch: "e", id: "0-2" } });
  FakeSocket.latest.deliver(ack({ epoch: "e", id: "0-5" }));
  FakeSocket.latest.deliver(history(true, message("0-3"), { ...message("0-4"), action: "event" }, message("0-5")));
  FakeSocket.latest.deliver(message("0-6"));
  assert.deepEqual(told, ["0-2", "0-3 again", "0-4 again", "0-5 again", "0-6"]);
});

test("the next interruption goes on from the newest, replayed or not", (t) => {
  const { interrupt } = joined(t, { epoch: "e", id: "0-1" });
  interrupt();
  FakeSocket.latest.deliver(ack({ epoch: "e", id: "0-3" }));
  FakeSocket.latest.deliver(history(true, message("0-3")));
  interrupt();
  assert.deepEqual(FakeSocket.latest.sentOf("join")[0].payload.since, { epoch: "e", id: "0-3" });
});

test("a gap is told before what is left", (t) => {
  const { told, interrupt } = joined(t, { epoch: "e", id: "0-1" });
  interrupt();
  FakeSocket.latest.deliver(ack({ epoch: "another", id: "0-9" }));
  FakeSocket.latest.deliver(history(false, message("0-9")));
  interrupt();
  assert.deepEqual(told, ["gap", "0-9 again"]);
  assert.deepEqual(FakeSocket.latest.sentOf("join")[0].payload.since, { epoch: "another", id: "0-9" });
});

test("a server that does not keep count is asked nothing, and the doubt is told after each reconnect", (t) => {
  const { told, interrupt } = joined(t, undefined);
  for (let times = 0; times < 2; times += 1) {
    interrupt();
    assert.deepEqual(FakeSocket.latest.sentOf("join")[0].payload, { history: false, presence: false });
    FakeSocket.latest.deliver(ack());
  }
  assert.deepEqual(told, ["gap_possible", "gap_possible"]);
});

test("a channel that does not wish it is asked for nothing and told nothing", (t) => {
  const { told, interrupt } = joined(t, { epoch: "e", id: "0-1" }, {});
  interrupt();
  assert.equal("since" in FakeSocket.latest.sentOf("join")[0].payload, false);
  FakeSocket.latest.deliver(ack({ epoch: "e", id: "0-2" }));
  assert.deepEqual(told, []);
});

test("a history that the application asks for stays one", (t) => {
  const { channel, told, interrupt } = joined(t, { epoch: "e", id: "0-1" });
  interrupt();
  FakeSocket.latest.deliver(ack({ epoch: "e", id: "0-1" }));
  FakeSocket.latest.deliver(history(true));
  channel.history();
  FakeSocket.latest.deliver({ action: "history", options, payload: { history: [message("0-1")] } });
  assert.deepEqual(told, ["history"]);
});

test("what comes on a socket that is replaced before it has joined comes again over the next one, and once", async (t) => {
  const jill = client();
  const { told, interrupt } = joined(t, { epoch: "e", id: "0-5" }, { recover: true }, jill);
  interrupt();
  jill.realtimeReconnect();
  const replaced = FakeSocket.latest;
  replaced.deliver(ack({ epoch: "e", id: "0-6" }));
  replaced.deliver(history(true, message("0-6")));
  replaced.deliver(message("0-7"));
  await settled();
  t.mock.timers.tick(60_000);
  FakeSocket.latest.open();
  assert.deepEqual(FakeSocket.latest.sentOf("join")[0].payload.since, { epoch: "e", id: "0-5" });
  FakeSocket.latest.deliver(ack({ epoch: "e", id: "0-7" }));
  FakeSocket.latest.deliver(history(true, message("0-6"), message("0-7")));
  assert.deepEqual(told, ["0-6 again", "0-7 again"]);
});

test("an own message that was missed answers its promise, and does not come a second time", async (t) => {
  const announced = (id) => ({
    action: "join",
    options,
    payload: { ext: { publish: 1, recover: { epoch: "e", id } } },
  });
  const { channel, told, interrupt } = joined(t, { epoch: "e", id: "0-1" });
  FakeSocket.latest.deliver(announced("0-1"));
  const published = channel.publish("own");
  const [{ options: own }] = FakeSocket.latest.sentOf("message");
  const echo = { action: "message", options: { ...own, id: "0-2" }, payload: "own" };
  interrupt();
  FakeSocket.latest.deliver(announced("0-2"));
  FakeSocket.latest.deliver(history(true, echo));
  interrupt();
  FakeSocket.latest.deliver(announced("0-2"));
  FakeSocket.latest.deliver(history(true));
  for (const _ of FakeSocket.latest.sentOf("message")) FakeSocket.latest.deliver(echo);
  assert.deepEqual(told, ["own again"]);
  assert.deepEqual(await published, { id: "0-2" });
});
