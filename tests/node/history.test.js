// What was missed on a server without extensions: it is found in the history, behind what was seen last.

import assert from "node:assert/strict";
import { test } from "node:test";
import { client, FakeSocket, settled } from "../support/node-page.js";

const options = { channel: "room" };
const sender = { socketId: "jill", extras: {}, permissions: { dbo_id: 0, row_id: 0 } };
const message = (payload, more) => ({
  action: "message",
  client: sender,
  options: { authenticated: false, socketId: null, ...options, ...more },
  payload,
});
const event = (data) => ({ action: "event", client: null, options, payload: { data, dbo_id: 0, row_id: 0 } });
const acknowledgement = { action: "join", client: null, options, payload: {} };
const refusal = { action: "error", client: null, options, payload: { message: "No.", code: "refused" } };
const history = (...entries) => ({ action: "history", client: null, options, payload: { history: entries } });
const said = (...payloads) => payloads.map((payload) => message(payload));
const deliver = (...frames) => {
  for (const frame of frames) FakeSocket.latest.deliver(frame);
};

/** A channel that was joined on a server without extensions, and has seen these messages. */
function joined(t, wishes, ...seen) {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const told = [];
  const jill = client();
  const channel = jill.channel("room", wishes);
  const tell = ({ action, payload, replayed }) => {
    if (action === "error") told.push(`!${payload.code}`);
    if (action === "message") told.push(replayed ? `${payload} again` : payload);
    if (action === "event") told.push(replayed ? `${payload.data} again` : payload.data);
    if (["history", "presence_full"].includes(action)) told.push(action);
  };
  channel.on(tell, tell);
  FakeSocket.latest.open();
  deliver(acknowledgement, ...said(...seen));
  told.length = 0;
  /** Breaks the connection; it is back and joined. */
  const interrupt = () => {
    FakeSocket.latest.drop(1006);
    t.mock.timers.tick(60_000);
    FakeSocket.latest.open();
    deliver(acknowledgement);
  };
  t.after(() => channel.destroy());
  return { jill, channel, told, interrupt, asked: () => FakeSocket.latest.sentOf("history") };
}

test("what was missed is handed out marked, once, and the answer that has it is not", (t) => {
  const { told, interrupt, asked } = joined(t, { recover: true }, "a", "b", "c");
  interrupt();
  assert.deepEqual(asked(), [{ action: "history", options, payload: null }]);
  deliver(history(...said("old", "a", "b", "c", "d", "e")), ...said("f"));
  assert.deepEqual(told, ["d again", "e again", "f"]);
  assert.equal(asked().length, 1);
});

test("nothing was missed, and nothing is told", (t) => {
  const { told, interrupt } = joined(t, { recover: true }, "a", "b", "c");
  interrupt();
  deliver(history(...said("a", "b", "c")), ...said("d"));
  assert.deepEqual(told, ["d"]);
});

test("what comes before the history waits for what was missed, and comes once", (t) => {
  const { told, interrupt } = joined(t, { recover: true }, "a", "b", "c");
  interrupt();
  deliver(...said("e", "f"));
  assert.deepEqual(told, []);
  deliver(history(...said("a", "b", "c", "d", "e", "f")), ...said("g"));
  assert.deepEqual(told, ["d again", "e", "f", "g"]);
});

test("the next interruption goes on behind what was handed out last", (t) => {
  const { told, interrupt } = joined(t, { recover: true }, "a", "b", "c");
  interrupt();
  deliver(...said("e"), history(...said("a", "b", "c", "d", "e")));
  interrupt();
  deliver(history(...said("b", "c", "d", "e", "f")));
  assert.deepEqual(told, ["d again", "e", "f again"]);
});

test("a second interruption before the history came loses and doubles nothing", (t) => {
  const { told, interrupt, asked } = joined(t, { recover: true }, "a", "b", "c");
  interrupt();
  deliver(...said("e"));
  interrupt();
  assert.equal(asked().length, 1);
  deliver(...said("g"), history(...said("a", "b", "c", "d", "e", "f", "g")));
  assert.deepEqual(told, ["d again", "e again", "f again", "g"]);
});

test("a channel that has seen fewer than three entries goes on behind all of them", (t) => {
  const { told, interrupt } = joined(t, { recover: true }, "a");
  interrupt();
  deliver(history(...said("a", "b")));
  assert.deepEqual(told, ["b again"]);
});

for (const [why, answer] of [
  ["repeats itself", said("a", "b", "c", "x", "a", "b", "c", "d")],
  ["does not reach back", said("x", "y", "z")],
  ["has less than three of what was seen", said("b", "c", "d")],
  ["has its newest entry first", said("e", "d", "c", "b", "a")],
  ["is empty", []],
  ["is by another sender", said("a", "b", "c", "d").map((entry) => ({ ...entry, client: { socketId: "jack" } }))],
]) {
  test(`a history that ${why} is not used: something may have been missed`, (t) => {
    const { told, interrupt } = joined(t, { recover: true }, "a", "b", "c");
    interrupt();
    deliver(history(...answer), ...said("f"));
    assert.deepEqual(told, ["!gap_possible", "f"]);
  });
}

test("a history that does not end with what came before it is not used", (t) => {
  const { told, interrupt } = joined(t, { recover: true }, "a", "b", "c");
  interrupt();
  deliver(...said("e", "f"), history(...said("a", "b", "c", "d", "e")));
  assert.deepEqual(told, ["!gap_possible", "e", "f"]);
});

test("equal messages alone say nothing, however many", (t) => {
  const { told, interrupt } = joined(t, { recover: true }, ..."aaaaaaaaaa");
  interrupt();
  deliver(history(...said(..."aaaaaaaaaaaaa")));
  assert.deepEqual(told, ["!gap_possible"]);
});

test("behind something that may have been missed, three entries are needed", (t) => {
  const { told, interrupt } = joined(t, { recover: true }, "a", "b", "c");
  interrupt();
  deliver(history(), ...said("d", "e"));
  interrupt();
  deliver(history(...said("d", "e", "f")), ...said("g", "h", "i"));
  interrupt();
  // What stands before them was missed, and does not matter.
  deliver(history(...said("f", "x", "g", "h", "i", "j")));
  assert.deepEqual(told, ["!gap_possible", "d", "e", "!gap_possible", "g", "h", "i", "j again"]);
});

test("events are missed as messages are; private messages and presence are in no history", (t) => {
  const { told, interrupt } = joined(t, { recover: true, presence: true }, "a", "b");
  deliver(event("c"), message("private", { socketId: "me" }));
  interrupt();
  deliver({ action: "presence_full", client: null, options, payload: { presence: [] } });
  deliver(message("private", { socketId: "me" }), event("e"));
  assert.deepEqual(told, ["c", "private", "presence_full", "private"]);
  deliver(history(...said("a", "b"), event("c"), event("d"), event("e")));
  assert.deepEqual(told.slice(4), ["d again", "e"]);
});

test("a history that the application asks for reaches it, behind what was missed", (t) => {
  const { channel, told, interrupt } = joined(t, { recover: true }, "a", "b", "c");
  interrupt();
  channel.history();
  const answer = history(...said("a", "b", "c", "d"));
  deliver(answer, answer);
  channel.history();
  deliver(answer);
  assert.deepEqual(told, ["d again", "history", "history"]);
});

test("a history that comes with the join reaches the application once", (t) => {
  const { told, interrupt, asked } = joined(t, { recover: true, history: true }, "a", "b", "c");
  interrupt();
  assert.equal(asked().length, 1);
  const answer = history(...said("a", "b", "c", "d"));
  deliver(answer, answer);
  assert.deepEqual(told, ["d again", "history"]);
});

test("a question without an answer is forgotten with its socket", (t) => {
  const { channel, told, interrupt } = joined(t, { recover: true }, "a", "b", "c");
  interrupt();
  FakeSocket.latest.drop(1006);
  t.mock.timers.tick(60_000);
  FakeSocket.latest.open();
  const place = { epoch: "e", id: "0-1" };
  deliver({ ...acknowledgement, payload: { ext: { recover: place } } });
  channel.history();
  deliver(history());
  assert.deepEqual(told, ["!gap_possible", "history"]);
});

test("behind an error no history is waited for", (t) => {
  const { told, interrupt } = joined(t, { recover: true }, "a", "b", "c");
  interrupt();
  deliver(...said("e"), refusal, ...said("f"));
  assert.deepEqual(told, ["!refused", "!gap_possible", "e", "f"]);
});

test("a history that does not come is given up, and reaches nobody later", (t) => {
  const { told, interrupt } = joined(t, { recover: true }, "a", "b", "c");
  interrupt();
  deliver(...said("e"));
  t.mock.timers.tick(10_000);
  assert.deepEqual(told, ["!gap_possible", "e"]);
  deliver(history(...said("a", "b", "c", "d", "e")), ...said("f"));
  assert.deepEqual(told, ["!gap_possible", "e", "f"]);
});

test("a history that comes after it was given up does not answer the next question", (t) => {
  const { told, interrupt } = joined(t, { recover: true }, "a", "b", "c");
  interrupt();
  t.mock.timers.tick(10_000);
  deliver(...said("e", "f", "g"), history(...said("e", "f", "g")));
  interrupt();
  t.mock.timers.tick(10_000);
  assert.deepEqual(told, ["!gap_possible", "e", "f", "g", "!gap_possible"]);
});

test("no more is held than may wait elsewhere", (t) => {
  const { told, interrupt } = joined(t, { recover: true }, "a", "b", "c");
  interrupt();
  const many = Array.from({ length: 1_001 }, (_, number) => number);
  deliver(...said(...many));
  assert.deepEqual(told, ["!gap_possible", ...many]);
});

test("a channel object that comes meanwhile gets what was missed, too", (t) => {
  const { told, interrupt, channel } = joined(t, { recover: true }, "a", "b", "c");
  interrupt();
  // Its join is answered before the history is.
  deliver(acknowledgement, history(...said("a", "b", "c", "d")));
  assert.deepEqual(told, ["d again"]);
  channel.destroy();
  assert.deepEqual(FakeSocket.latest.sentOf("leave").length, 1);
});

test("what was missed on a channel that is left concerns no other one", async (t) => {
  const { jill, channel, interrupt } = joined(t, { recover: true }, "a", "b", "c");
  interrupt();
  // A server that answers before `send` returns: what is handed out then is told in a microtask.
  FakeSocket.latest.answer = () => deliver(history(...said("a", "b", "c", "d")));
  const hall = jill.channel("hall").on(() => {});
  FakeSocket.latest.answer = () => {};
  channel.destroy();
  const attic = jill.channel("attic", { recover: true }).on(() => {});
  t.after(() => [hall, attic].forEach((each) => each.destroy()));
  const inAttic = (frame) => ({ ...frame, options: { ...frame.options, channel: "attic" } });
  deliver(inAttic(acknowledgement), inAttic(message("x")));
  const published = attic.publish("y");
  interrupt();
  await settled();
  deliver(inAttic(acknowledgement), inAttic(history(...said("x", "y"))));
  assert.deepEqual(await published, {});
});

test("a channel that does not recover is asked for nothing, and its messages are not looked into", (t) => {
  const { told, interrupt, asked } = joined(t, {}, "a", "b", "c");
  interrupt();
  const looked = t.mock.method(JSON, "stringify");
  const frame = `{"action":"message","options":{"channel":"room"},"payload":"d"}`;
  deliver(frame);
  assert.equal(looked.mock.callCount(), 0);
  assert.deepEqual(asked(), []);
  assert.deepEqual(told, ["d"]);
});

test("a message that is nested deeper than a text can be made of harms nothing", (t) => {
  const { told, interrupt } = joined(t, { recover: true }, "a", "b", "c");
  const deep = `${"[".repeat(100_000)}${"]".repeat(100_000)}`;
  deliver(`{"action":"message","options":{"channel":"room"},"payload":${deep}}`);
  interrupt();
  deliver(history(), ...said("d"));
  assert.deepEqual(told.slice(1), ["!gap_possible", "d"]);
});
