// Realtime V2 on the real server, in every browser: with our client, with the browser's own WebSocket and no client, and in
// the Marvel chat. tests/e2e/demo-v2.test.js has the rest of the chat, in Chromium.

import assert from "node:assert/strict";
import { test } from "node:test";
import { settingsWithHandler } from "../../scripts/lib/demo-handler.mjs";
import { DEMO } from "../support/demo.js";
import { startProxy } from "../support/proxy.js";
import { SECRET, tokenOf } from "../support/v2/rooms.js";
import { ChatPage } from "./chat-page.js";
import { stage } from "./stage.js";

const ROOM = "marvel-chat-room";
const OPTIONS = { messageType: "send", recover: true };

export async function v2ServerScenarios(launchBrowser) {
  const settings = await settingsWithHandler(null);
  const world = stage(launchBrowser, { settings, secret: SECRET, www: DEMO });
  const addressOf = (port) => `ws://127.0.0.1:${port}/ws/rtmain01`;

  test("two users of our client talk, and write to one of them alone", async (t) => {
    const jill = await userIn(t, { realtimeAuthToken: userToken(7, "Jill") });
    const jack = await userIn(t, { realtimeAuthToken: userToken(8, "Jack") });
    await jill.until((name) => probe.channels.get(name).getPresence().length === 1, ROOM);
    await jack.message(ROOM, "Hello from Jack");
    for (const user of [jill, jack])
      await user.until(() => probe.messages("marvel-chat-room").includes("Hello from Jack"));
    const receipt = await jill.page.evaluate((name) => probe.channels.get(name).getPresence()[0].publish("psst"), ROOM);
    assert.equal(receipt.delivered, 1);
    await jack.until(() => probe.messages("marvel-chat-room").includes("psst"));
    const texts = await jill.page.evaluate((name) => probe.messages(name), ROOM);
    assert.equal(texts.includes("psst"), false);
  });

  test("after a cut our client gets what it missed, once, and its cursor is where it was", async (t) => {
    const network = await startProxy(world.server.port);
    t.after(() => network.close());
    const jack = await userIn(t, {});
    const jill = await userIn(t, { instanceBaseUrl: `http://127.0.0.1:${network.port}` });
    await jack.message(ROOM, "before the cut");
    await jill.until((name) => probe.messages(name).includes("before the cut"), ROOM);
    const last = await jill.page.evaluate((name) => probe.of(name, "message").at(-1).id, ROOM);
    await jill.until(([name, id]) => probe.of(name, "ack").some(({ payload }) => payload.cursor === id), [ROOM, last]);
    network.shut();
    await jill.until((name) => probe.of(name, "connection_status").at(-1).payload.status === "disconnected", ROOM);
    for (let i = 1; i <= 20; i++) await jack.message(ROOM, i);
    await jack.until((name) => probe.messages(name).includes(20), ROOM);
    network.open();
    await jill.until((name) => probe.messages(name).includes(20), ROOM);
    const [rejoined, told] = await jill.page.evaluate(
      (name) => [probe.of(name, "join").at(-1).payload, probe.messages(name)],
      ROOM,
    );
    assert.deepEqual([rejoined.resumed, rejoined.cursor], [true, last]);
    assert.deepEqual(
      told.slice(told.indexOf("before the cut") + 1),
      Array.from({ length: 20 }, (_, i) => i + 1),
    );
  });

  test("a page without any client does what Xano's documentation says", async (t) => {
    const [jill, jack] = [await world.user(t), await world.user(t)];
    const url = addressOf(world.server.port);
    const token = userToken(9, "June");
    await jill.page.evaluate(([url, token]) => bare.connect(url, token), [url, token]);
    await jack.page.evaluate((url) => bare.connect(url), url);
    for (const [user, client] of [[jill], [jack, "jack's page"]]) {
      const joined = await user.page.evaluate(
        async ([room, client]) => {
          bare.join(room, client);
          return bare.until(() => bare.of("join")[0]);
        },
        [ROOM, client],
      );
      assert.equal(joined.channel, ROOM);
      assert.deepEqual([joined.payload.joined, joined.payload.resumed], [true, false]);
    }
    const [receipt, own] = await jack.page.evaluate(async (room) => {
      bare.broadcast(room, "send", { text: "without a client" });
      await bare.until(() => bare.of("broadcast").length > 0);
      return [bare.of("broadcast")[0], bare.of("message").at(-1)];
    }, ROOM);
    assert.deepEqual([own.type, own.payload], ["send", { text: "without a client" }]);
    assert.deepEqual([receipt.payload.delivered_local, receipt.payload.id], [2, own.id]);

    const confirmed = await jack.page.evaluate(
      async ([room, id]) => {
        bare.ack(room, id, "jack's page");
        return bare.until(() => bare.of("ack")[0]);
      },
      [ROOM, own.id],
    );
    assert.deepEqual(confirmed.payload, { cursor: own.id });

    const refused = await jack.page.evaluate(async (room) => {
      bare.broadcast(room, "nonsense", 1);
      return bare.until(() => bare.of("error")[0]);
    }, ROOM);
    assert.equal(refused.payload.message, "Unknown message type: nonsense");

    // What jack has acknowledged does not come again; what came behind it does.
    const later = await jill.page.evaluate(async (room) => {
      bare.broadcast(room, "send", "for later");
      return (await bare.until(() => bare.of("broadcast")[0])).payload.id;
    }, ROOM);
    const [resumed, replayed] = await jack.page.evaluate(
      async ([url, room]) => {
        bare.socket.close();
        bare.frames.length = 0;
        await bare.connect(url);
        bare.join(room, "jack's page");
        const replay = await bare.until(() => bare.of("replay")[0]);
        return [bare.of("join")[0].payload, replay];
      },
      [url, ROOM],
    );
    assert.deepEqual([resumed.resumed, resumed.cursor], [true, own.id]);
    assert.deepEqual([replayed.id, replayed.payload], [later, "for later"]);
  });

  test("a page without any client is refused in words, and closed with 4401, every time", async (t) => {
    const jill = await world.user(t);
    for (let i = 0; i < 10; i++) {
      const [words, code] = await jill.page.evaluate(
        async (url) => {
          bare.frames.length = 0;
          bare.closes.length = 0;
          await bare.connect(url).catch(() => {});
          await bare.until(() => bare.closes.length > 0);
          return [bare.of("error").map(({ payload }) => payload.message), bare.closes[0]];
        },
        `${addressOf(world.server.port)}-unknown`,
      );
      assert.equal(code, 4401);
      assert.equal(words.at(-1), "Unknown connection hash");
    }
  });

  test("two people use the chat, and a reload shows the room again", async (t) => {
    const url = `${world.server.url}/?realtime=2`;
    const [jill, jack] = [
      await ChatPage.open(t, world.browser, url, "Jill"),
      await ChatPage.open(t, world.browser, url, "Jack"),
    ];
    for (const person of [jill, jack]) await person.enter();
    await jack.type("Hello, I am here");
    await jill.until(() => document.getElementById("typing").textContent === "Jack is typing…");
    await jack.send();
    for (const person of [jill, jack]) await person.sees("Hello, I am here");
    assert.deepEqual(await jack.people(), ["Jack (you)", "Guest"]);
    const before = await jack.said();
    await jack.reload();
    await jack.enter();
    await jack.sees("Hello, I am here");
    assert.deepEqual(await jack.said(), before);
    assert.equal(await jack.isMine("Hello, I am here"), true);
    assert.equal(await jill.isMine("Hello, I am here"), false);
  });

  // The last one: it empties the server's memory.
  test("after a restart, which empties the memory, our client is told the gap, and so is the reader of the chat", async (t) => {
    const jill = await userIn(t, {});
    const jack = await ChatPage.open(t, world.browser, `${world.server.url}/?realtime=2`, "Jack");
    await jack.enter();
    await jill.message(ROOM, "before the crash");
    await jill.until((name) => probe.messages(name).includes("before the crash"), ROOM);
    await jack.sees("before the crash");
    await world.server.kill();
    await world.server.start();
    await jill.until((name) => probe.of(name, "error").some(({ payload }) => payload.code === "gap"), ROOM);
    const isGapShown = () =>
      [...document.querySelectorAll(".note")].some(({ textContent }) => /missing/.test(textContent));
    await jack.until(isGapShown);
    await jill.message(ROOM, "after the crash");
    await jack.sees("after the crash");
    assert.equal((await jack.said()).filter((text) => text === "before the crash").length, 1);
  });

  async function userIn(t, settings) {
    const user = await world.user(t);
    await user.connect({
      instanceBaseUrl: world.server.url,
      realtimeCanonical: "rtmain01",
      realtimeConnectionHash: undefined,
      realtimeVersion: 2,
      ...settings,
    });
    await user.join(ROOM, OPTIONS);
    return user;
  }
}

function userToken(row, name) {
  return tokenOf(row, { name }, { exp: Math.floor(Date.now() / 1000) + 3600 });
}
