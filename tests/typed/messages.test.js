// Typed messages, sent and received by Rust in a real page, over the real server.

import assert from "node:assert/strict";
import { test } from "node:test";
import { room, settings } from "../support/settings.js";
import { typedStage } from "../support/typed-page.js";

const world = typedStage({ settings: settings(room("avengers"), room("quiet", { history: 0 })) });

test("a typed message makes the round, and reaches another client", async (t) => {
  const page = await world.page(t);

  const heard = await page.evaluate(async () => {
    const [jill, jack] = [new Client(settings), new Client({ ...settings, ownSocket: true })];
    const [hers, his] = [jill.join("avengers"), jack.join("avengers")];
    const [back, there] = [hers.messages(), his.messages()];
    const joined = his.actions();
    await joined.next();
    hers.say("Jill", "Assemble!");
    return [await back.next(), await there.next()];
  });

  assert.deepEqual(heard, ["Jill: Assemble! [7]", "Jill: Assemble! [7]"]);
});

test("a closure is called with each message until its subscription is dropped", async (t) => {
  const page = await world.page(t);

  const heard = await page.evaluate(async () => {
    const channel = new Client(settings).join("avengers");
    const messages = channel.messages();
    const heard = [];
    const subscription = channel.on_message((words) => heard.push(words));
    const say = async (text) => {
      channel.say("Jill", text);
      await messages.next();
    };
    await say("one");
    await say("two");
    while (heard.length < 2) await new Promise((resolve) => setTimeout(resolve));
    subscription.free();
    await say("three");
    await say("four");
    return heard;
  });

  assert.deepEqual(heard, ["Jill: one [7]", "Jill: two [7]"]);
});

test("a subscription that is dropped by its own closure is called no more, whatever waits already", async (t) => {
  const page = await world.page(t);

  const heard = await page.evaluate(async () => {
    const channel = new Client(settings).join("avengers");
    const messages = channel.messages();
    const heard = [];
    const subscription = channel.on_message((words) => {
      heard.push(words);
      subscription.free();
    });
    await channel.actions().next();
    // Both come in one turn of the page: the second waits while the closure is called with the first.
    for (const text of ["one", "two"]) {
      const payload = { name: "Jill", text, scores: [] };
      const data = JSON.stringify({ action: "message", options: { channel: "avengers" }, payload });
      ledger.latest.dispatchEvent(new MessageEvent("message", { data }));
    }
    await messages.next();
    await messages.next();
    await channel.history();
    return heard;
  });

  assert.deepEqual(heard, ["Jill: one [0]"]);
});

test("what is said before there is a connection is sent once, in order", async (t) => {
  const page = await world.page(t);

  const heard = await page.evaluate(async () => {
    const channel = new Client(settings).join("avengers");
    const messages = channel.messages();
    for (const text of ["one", "two", "three"]) channel.say("Jill", text);
    return [await messages.next(), await messages.next(), await messages.next(), messages.take_all()];
  });

  assert.deepEqual(heard, ["Jill: one [7]", "Jill: two [7]", "Jill: three [7]", []]);
});

test("a payload that does not fit says which field and what came, and the stream goes on", async (t) => {
  const page = await world.page(t);

  const heard = await page.evaluate(async () => {
    const channel = new Client(settings).join("avengers");
    const [messages, actions] = [channel.messages(), channel.actions()];
    await actions.next();
    const wrong = {
      name: "Jill",
      text: "hi",
      scores: [
        { hero: "Hulk", points: 1 },
        { hero: "Thor", points: "two" },
      ],
    };
    for (const payload of [wrong, null, "a text"]) {
      ledger.latest.send(JSON.stringify({ action: "message", options: { channel: "avengers" }, payload }));
    }
    channel.say("Jill", "still here");
    return [await messages.next(), await messages.next(), await messages.next(), await messages.next()];
  });

  assert.match(heard[0], /^misfit at scores\[1\]\.points: .*"points":"two"/);
  assert.match(heard[1], /^misfit at \.: null$/);
  assert.match(heard[2], /^misfit at \.: "a text"$/);
  assert.equal(heard[3], "Jill: still here [7]");
});

test("messages that are one enum are the payload where there are no types", async (t) => {
  const page = await world.page(t);

  const { heard, sent } = await page.evaluate(async () => {
    const room = new Client(settings).room("avengers", {});
    const messages = room.typed_messages();
    await room.joined();
    room.send_typed("hello");
    return { heard: await messages.next(), sent: JSON.parse(ledger.sent.at(-1)).payload };
  });

  assert.equal(heard, 'Send { text: "hello" }');
  assert.deepEqual(sent, { type: "send", payload: { text: "hello" } });
});

test("a user of V2 is no address on V1", async (t) => {
  const page = await world.page(t);

  const fault = await page.evaluate(() => {
    const room = new Client(settings).room("avengers", {});
    return room.publish_to_user(5, "7", "psst").catch(({ message }) => message);
  });

  assert.match(fault, /^there is no such recipient, and nothing was sent/);
});

test("a payload that JSON cannot say is refused in words, and nothing is sent", async (t) => {
  const page = await world.page(t);

  const { fault, said } = await page.evaluate(async () => {
    const channel = new Client(settings).join("avengers");
    await channel.actions().next();
    try {
      channel.say_too_much();
    } catch (error) {
      return { fault: error.message, said: ledger.said() };
    }
  });

  assert.match(fault, /cannot be written as JSON.*change its type's Serialize/);
  assert.deepEqual(said, ["join"]);
});

test("a message for one socket reaches that one alone, and says so", async (t) => {
  const page = await world.page(t);

  const heard = await page.evaluate(async () => {
    const [jill, jack] = [new Client(settings), new Client({ ...settings, ownSocket: true })];
    const his = jack.join("avengers", true);
    const changes = his.presence_changes();
    while ((await changes.next()) !== "1");
    const [address] = his.presence();
    const hers = jill.join("avengers");
    const [back, there] = [hers.messages(), his.messages()];
    hers.whisper(address, "psst");
    hers.say("Jill", "to all");
    return [await there.next(), await there.next(), await back.next()];
  });

  assert.deepEqual(heard, ["whisper (whispered): psst [0]", "Jill: to all [7]", "Jill: to all [7]"]);
});

test("where messages must not wait, one without a connection is refused in words", async (t) => {
  const page = await world.page(t);

  const fault = await page.evaluate(() => {
    const channel = new Client({ ...settings, wait: false }).join("avengers");
    try {
      channel.say("Jill", "too early");
    } catch (error) {
      return error.message;
    }
  });

  assert.match(fault, /^Not sent: there is no connection/);
});

test("a channel that the server refuses says so in each of its streams", async (t) => {
  const page = await world.page(t);

  const heard = await page.evaluate(async () => {
    const channel = new Client(settings).join("nowhere");
    const [messages, actions] = [channel.messages(), channel.actions()];
    return [await messages.next(), await actions.next()];
  });

  assert.deepEqual(heard, ["refused: no_settings", "refused: no_settings"]);
});

test("the kept messages are asked for, typed, also before there is a connection", async (t) => {
  const page = await world.page(t);

  const kept = await page.evaluate(async () => {
    const channel = new Client(settings).join("quiet");
    const early = await channel.history();
    const loud = new Client(settings).join("avengers");
    const messages = loud.messages();
    loud.say("Jill", "to be kept");
    await messages.next();
    return [early, (await loud.history()).at(-1)];
  });

  assert.deepEqual(kept, [[], "Jill: to be kept [7]"]);
});

test("a channel joined with history is handed the kept messages on arrival", async (t) => {
  const page = await world.page(t);

  const heard = await page.evaluate(async () => {
    const first = new Client(settings).join("avengers");
    const messages = first.messages();
    first.say("Jill", "before you came");
    await messages.next();
    const actions = new Client(settings).join("avengers", false, true).actions();
    return [await actions.next(), await actions.next()];
  });

  assert.equal(heard[0], "joined");
  assert.match(heard[1], /^history: .*Jill: before you came \[7\]$/);
});
