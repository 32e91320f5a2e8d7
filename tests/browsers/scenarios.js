// What has to work in every browser, written once. tests/e2e has the rest, in Chromium.

import assert from "node:assert/strict";
import { test } from "node:test";
import { room, settings } from "../support/settings.js";
import { stage } from "./stage.js";

const ROOMS = ["chat", "presence", "late", "payloads", "restart", "__proto__", "token", "promises"];

export function coreScenarios(launchBrowser) {
  const world = stage(launchBrowser, { settings: settings(...ROOMS.map((name) => room(name))) });

  test("two users chat, and each sees every message once", async (t) => {
    const [jill, john] = await usersIn("chat", t);

    await jill.message("chat", "Hello John");
    await john.messages("chat", 1);
    await john.message("chat", "Hello Jill");

    for (const user of [jill, john]) assert.deepEqual(await user.messages("chat", 2), ["Hello John", "Hello Jill"]);
  });

  test("a user sees who comes and who leaves", async (t) => {
    const [jill, john] = await usersIn("presence", t);
    const both = await john.present("presence", 2);
    assert.deepEqual(new Set(await jill.present("presence", 2)), new Set(both));

    await john.leave();

    const [jills] = await jill.present("presence", 1);
    const johns = both.find((socketId) => socketId !== jills);
    const updates = (await jill.actions("presence")).filter(({ action }) => action === "presence_update");
    assert.deepEqual(
      updates.map(({ payload }) => [payload.action, payload.presence.socketId]),
      [
        ["join", johns],
        ["leave", johns],
      ],
    );
  });

  test("who comes late gets the history", async (t) => {
    const jill = await userIn("late", t);
    await jill.message("late", "first");
    await jill.message("late", { text: "second" });
    await jill.messages("late", 2);

    const john = await userIn("late", t);

    assert.deepEqual(await john.history("late", 2), ["first", { text: "second" }]);
    assert.deepEqual(await john.messages("late", 0), []);
  });

  test("payloads arrive as sent", async (t) => {
    const [jill, john] = await usersIn("payloads", t);
    const payloads = [
      "👩‍🚀🇳🇿 ünïcödé 漢字",
      "\"'\\ \n\u0000\u2028</script>",
      "half of an emoji: \ud83e",
      { a: [{ b: { c: [1, [2, [3]]] } }], 'key with "quotes"': null },
      JSON.parse(`{"__proto__": {"x": 1}, "action": "leave"}`),
      null,
      false,
      0,
      -1.5,
      1.7976931348623157e308,
      2 ** 53,
      [],
      {},
      "é".repeat(100_000),
    ];

    for (const payload of payloads) await jill.message("payloads", payload);

    for (const user of [jill, john]) {
      assert.deepEqual(await user.messages("payloads", payloads.length), payloads);
    }
  });

  test("a message that waits while the server restarts arrives once", async (t) => {
    const [jill, john] = await usersIn("restart", t);
    await world.server.stop();
    for (const user of [jill, john]) await disconnected(user, "restart");

    await jill.message("restart", "are you there?");
    await world.server.start();

    assert.deepEqual(await jill.messages("restart", 1), ["are you there?"]);
    // John may be back before Jill, or only find in the history what she said before.
    await john.until(() => probe.messages("restart").length + probe.history("restart").length > 0);
    await jill.message("restart", "the end");
    await john.until(() => probe.messages("restart").includes("the end"));
    assert.deepEqual(
      [...(await john.history("restart", 0)), ...(await john.messages("restart", 0))],
      ["are you there?", "the end"],
    );
    assert.deepEqual(await jill.messages("restart", 2), ["are you there?", "the end"]);
  });

  test("a channel called __proto__ works like any other", async (t) => {
    const [jill, john] = await usersIn("__proto__", t);

    await jill.message("__proto__", "Hello");

    for (const user of [jill, john]) assert.deepEqual(await user.messages("__proto__", 1), ["Hello"]);
  });

  test("a token travels as the subprotocol, and the page is told that the server does not accept it", async (t) => {
    const jill = await world.user(t);
    await jill.connect({ realtimeAuthToken: "not.a.token-of_this.server" });

    await jill.join("token");

    assert.equal((await jill.action("token", "error")).payload.code, "token_not_accepted");
    await jill.message("token", "I am still here");
    assert.deepEqual(await jill.messages("token", 1), ["I am still here"]);
  });

  test("joined resolves, and a loop takes what comes until the channel is destroyed", async (t) => {
    const jill = await world.user(t);
    await jill.connect();

    const seen = await jill.page.evaluate(async () => {
      const channel = probe.client.channel("promises");
      await channel.joined;
      const seen = [];
      channel.message("one");
      channel.message("two");
      for await (const { action, payload } of channel) {
        if (action === "message") seen.push(payload);
        if (payload === "two") channel.destroy();
      }
      return seen;
    });

    assert.deepEqual(seen, ["one", "two"]);
  });

  /** Two who are on the channel, the second since after the first. */
  async function usersIn(name, test) {
    return [await userIn(name, test), await userIn(name, test)];
  }

  async function userIn(name, test) {
    const user = await world.user(test);
    await user.enter(name);
    return user;
  }
}

async function disconnected(user, name) {
  await user.until(
    (name) => probe.of(name, "connection_status").some(({ payload }) => payload.status === "disconnected"),
    name,
  );
}
