// What handlers may do, and what they are called with.

import assert from "node:assert/strict";
import { test } from "node:test";
import { FAKE_SOCKET, stage } from "../support/stage.js";

const world = stage();

/** A page with a client on a fake socket. */
async function scripted(test) {
  const user = await world.user(test, { prepare: FAKE_SOCKET });
  await user.connect();
  return user.page;
}

test("a handler that throws does not hide the message from the next one, and is reported once", async (t) => {
  const jill = await world.user(t, { prepare: FAKE_SOCKET });
  await jill.connect();

  const heard = await jill.page.evaluate(() => {
    const heard = [];
    const throwing = () => {
      throw new Error("a mistake in the page");
    };
    const hear =
      (name) =>
      ({ payload }) =>
        heard.push(`${name}: ${payload}`);
    probe.client.channel("a").on("message", throwing).on("message", hear("the same object"));
    probe.client.channel("a").on("message", hear("another object"));
    FakeSocket.latest.open();
    for (const payload of [1, 2]) {
      FakeSocket.latest.deliver({ action: "message", options: { channel: "a" }, payload });
    }
    return heard;
  });

  assert.deepEqual(heard, ["the same object: 1", "another object: 1", "the same object: 2", "another object: 2"]);
  const reported = await jill.takeUncaught();
  assert.equal(reported.length, 1);
  assert.match(reported[0], /a mistake in the page/);
});

test("a handler that throws something odd, or rejects, does no harm either", async (t) => {
  const jill = await world.user(t, { prepare: FAKE_SOCKET });
  await jill.connect();

  const heard = await jill.page.evaluate(() => {
    const heard = [];
    for (const odd of [undefined, null, 0, "", "text", {}, Symbol("odd")]) {
      probe.client.channel("a").on("message", () => {
        throw odd;
      });
    }
    probe.client.channel("a").on("message", () => Promise.reject(new Error("rejected by the page")));
    probe.client.channel("a").on("message", ({ payload }) => heard.push(payload));
    FakeSocket.latest.open();
    FakeSocket.latest.deliver({ action: "message", options: { channel: "a" }, payload: 1 });
    return heard;
  });

  assert.deepEqual(heard, [1]);
  await jill.until(() => probe.uncaught.some((text) => text.includes("rejected by the page")));
  assert.equal((await jill.takeUncaught()).length, 8);
});

test("destroy() inside a handler does not make the next channel miss the frame", async (t) => {
  const page = await scripted(t);

  const heard = await page.evaluate(() => {
    const heard = [];
    const listen = (name, label, andThen = () => {}) => {
      const channel = probe.client.channel(name);
      channel.on("event", () => {
        heard.push(label);
        andThen(channel);
      });
      channel.on("event", () => heard.push(`${label}, second handler`));
    };
    listen("a", "a", (channel) => channel.destroy());
    listen("a", "same name");
    listen("b", "b");
    FakeSocket.latest.open();
    FakeSocket.latest.deliver({ action: "event", options: { channel: "a" }, payload: 1 });
    heard.push("---");
    FakeSocket.latest.deliver({ action: "event", payload: 2 });
    return heard;
  });

  const [first, second] = heard.join().split(",---,");
  // Whether the second handler of the destroyed object still gets that frame is its own affair.
  assert.ok(first.startsWith("a,"));
  assert.ok(first.endsWith("same name,same name, second handler"));
  assert.equal(second, "same name,same name, second handler,b,b, second handler");
});

test("on() inside a handler works", async (t) => {
  const page = await scripted(t);

  const heard = await page.evaluate(() => {
    const heard = [];
    const channel = probe.client.channel("a");
    let once = true;
    channel.on("message", ({ payload }) => {
      heard.push(`outer ${payload}`);
      if (once) channel.on("message", (action) => heard.push(`inner ${action.payload}`));
      once = false;
    });
    FakeSocket.latest.open();
    for (const payload of [1, 2]) {
      FakeSocket.latest.deliver({ action: "message", options: { channel: "a" }, payload });
    }
    return heard;
  });

  // As in the original, a handler that is added while a frame is handed out gets that frame, too.
  assert.deepEqual(heard, ["outer 1", "inner 1", "outer 2", "inner 2"]);
});

test("a channel opened inside a handler joins and hears", async (t) => {
  const page = await scripted(t);

  const [joins, heard] = await page.evaluate(() => {
    const heard = [];
    probe.client.channel("a").on("message", () => {
      probe.client.channel("b").on("message", ({ payload }) => heard.push(payload));
    });
    const socket = FakeSocket.latest;
    socket.open();
    socket.deliver({ action: "message", options: { channel: "a" }, payload: 1 });
    socket.deliver({ action: "message", options: { channel: "b" }, payload: 2 });
    return [socket.sentOf("join").map((frame) => frame.options.channel), heard];
  });

  assert.deepEqual(joins, ["a", "b"]);
  assert.deepEqual(heard, [2]);
});

test("two channel objects of one name share one join, and the last to be destroyed leaves", async (t) => {
  const page = await scripted(t);

  const sent = await page.evaluate(() => {
    const [first, second] = [probe.client.channel("a"), probe.client.channel("a")];
    for (const channel of [first, second]) channel.on(() => {});
    const socket = FakeSocket.latest;
    socket.open();
    const count = () => `${socket.sentOf("join").length} join, ${socket.sentOf("leave").length} leave`;
    const counts = [count()];
    first.destroy();
    counts.push(count());
    probe.client.channel("b").on(() => {});
    second.destroy();
    counts.push(count());
    return counts;
  });

  assert.deepEqual(sent, ["1 join, 0 leave", "1 join, 0 leave", "2 join, 1 leave"]);
});

test("a later object that wishes for more makes the channel join again with both wishes", async (t) => {
  const page = await scripted(t);

  const joins = await page.evaluate(() => {
    probe.client.channel("a", { presence: true }).on(() => {});
    FakeSocket.latest.open();
    probe.client.channel("a", { history: true }).on(() => {});
    probe.client.channel("a", { presence: true }).on(() => {});
    return FakeSocket.latest.sentOf("join").map((frame) => frame.payload);
  });

  assert.equal(joins.length, 2);
  assert.deepEqual(joins[0], { history: false, presence: true });
  assert.equal(joins[1].history, true);
});

test("each handler gets the actions it asked for; errors reach the error functions", async (t) => {
  const page = await scripted(t);

  const calls = await page.evaluate(() => {
    const calls = [];
    const log = (label) => (action) => calls.push(`${label} gets ${action.action}`);
    probe.client
      .channel("a")
      .on(log("all"), log("all's error function"))
      .on("message", log("message"), log("message's error function"))
      .on("error", log("error"), log("error's error function"))
      .on("something new", log("something new"));
    FakeSocket.latest.open();
    for (const action of ["message", "error", "something new", "something else"]) {
      FakeSocket.latest.deliver({ action, options: { channel: "a" }, payload: {} });
    }
    return calls;
  });

  assert.deepEqual(calls, [
    "all gets connection_status",
    "all gets message",
    "message gets message",
    "all's error function gets error",
    "error's error function gets error",
    "all gets something new",
    "something new gets something new",
    "all gets something else",
  ]);
});

test('on("error", handler) gets the errors when it has no error function of its own', async (t) => {
  const page = await scripted(t);

  const texts = await page.evaluate(() => {
    const texts = [];
    probe.client.channel("a").on("error", ({ payload }) => texts.push(payload.message));
    FakeSocket.latest.open();
    FakeSocket.latest.deliver({ action: "error", options: { channel: "a" }, payload: { message: "no" } });
    FakeSocket.latest.deliver({ action: "error", options: {}, payload: { message: "to all channels" } });
    FakeSocket.latest.deliver({ action: "error", options: { channel: "b" }, payload: { message: "to another" } });
    return texts;
  });

  assert.deepEqual(texts, ["no", "to all channels"]);
});

test("client and options that are null or missing are undefined, and other fields are handed on", async (t) => {
  const page = await scripted(t);

  const actions = await page.evaluate(() => {
    const actions = [];
    probe.client.channel("a").on("event", (action) => actions.push(action));
    FakeSocket.latest.open();
    FakeSocket.latest.deliver({ action: "event", client: null, options: null, payload: null, key: "unknown" });
    FakeSocket.latest.deliver({ action: "event" });
    return actions;
  });

  const nothing = { action: "event", client: undefined, options: undefined };
  assert.deepEqual(actions, [{ ...nothing, payload: null, key: "unknown" }, nothing]);
});

test("the first handler of a late channel object is told that the connection is there, and nothing old", async (t) => {
  const jill = await world.user(t, { prepare: FAKE_SOCKET });
  await jill.connect();
  await jill.open("a");
  await jill.page.evaluate(() => {
    FakeSocket.latest.open();
    FakeSocket.latest.deliver({ action: "message", options: { channel: "a" }, payload: "old" });
  });

  await jill.open("b");
  await jill.until(() => probe.actions.get("b").length > 0);

  assert.deepEqual(await jill.actions("b"), [
    { action: "connection_status", options: {}, payload: { status: "connected" } },
  ]);
});
