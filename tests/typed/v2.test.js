// Realtime V2 in Rust, in a real page, against the model of its service behind real sockets.

import assert from "node:assert/strict";
import { test } from "node:test";
import { arrive, typedV2Stage } from "../support/typed-v2.js";
import { tokenOf } from "../support/v2/rooms.js";

const world = typedV2Stage();

const jillsToken = () => tokenOf(7, { name: "Jill" });
const jacksToken = () => tokenOf(8, { name: "Jack" });

test("a message comes with its type, and a receipt with how many got it", async (t) => {
  const { page } = await arrive(t, world);
  const heard = await page.evaluate(async () => {
    const actions = room.actions();
    room.message_as("louder", "hello");
    return [await actions.next(), await actions.next()];
  });
  assert.deepEqual(heard, ["louder: hello!", "receipt: 1"]);
});

test("two users see each other as users, and one writes to the other on every socket", async (t) => {
  const jill = await arrive(t, world, { room: "rooms/43", more: { token: jillsToken() } });
  const seen = jill.page.evaluate(async () => {
    const actions = room.actions();
    return [await actions.next(), await actions.next()];
  });
  await jill.settled();
  const jack = await arrive(t, world, { room: "rooms/43", more: { token: jacksToken() } });
  const tablet = await arrive(t, world, { room: "rooms/43", more: { token: jacksToken() } });
  const nobody = await arrive(t, world, { room: "rooms/43" });
  assert.deepEqual(await seen, ["arrived: 8", "arrived: 0"]);
  assert.deepEqual(await jill.page.evaluate(() => room.presence()), ["5/8 Jack", "0/0 anonymous "]);
  assert.deepEqual(await nobody.page.evaluate(() => room.presence()), ["5/7 Jill", "5/8 Jack"]);

  const heard = [jack, tablet].map(({ page }) =>
    page.evaluate(async () => {
      const messages = room.messages();
      return (await messages.next()).words();
    }),
  );
  await jack.settled();
  await tablet.settled();
  assert.equal(await jill.page.evaluate(() => room.publish_to_first("psst")), "2");
  assert.deepEqual(await Promise.all(heard), ["psst", "psst"]);
  assert.equal(await jill.page.evaluate(() => room.publish_to_user(5, "8", "again")), "2");
  assert.deepEqual(jill.broadcasts().at(-1).options, { channel: "rooms/43", to: { dbo_id: 5, row_id: 8 } });

  await jill.page.evaluate(() => {
    const actions = room.actions();
    window.departed = (async () => {
      while ((await actions.next()) !== "departed: 0");
    })();
  });
  await nobody.page.close();
  await jill.page.evaluate(() => departed);
  assert.deepEqual(await jill.page.evaluate(() => room.presence()), ["5/8 Jack"]);
});

test("what has no address is refused in words, and goes to no one", async (t) => {
  await arrive(t, world, { room: "rooms/44" });
  const jill = await arrive(t, world, { room: "rooms/44", more: { token: jillsToken() } });
  const faults = await jill.page.evaluate(async () => {
    const fault = (error) => error.message;
    const said = (work) => {
      try {
        return work();
      } catch (error) {
        return fault(error);
      }
    };
    return [
      await room.publish_to_first("psst").catch(fault),
      said(() => room.message_to_socket("jack")),
      said(() => room.message_to_authenticated()),
    ];
  });
  for (const fault of faults) assert.match(fault, /^there is no such recipient, and nothing was sent/);
  await jill.settled();
  assert.deepEqual(jill.broadcasts(), []);
});

test("messages are one enum: its tag is the type, its content the payload", async (t) => {
  const visitor = await arrive(t, world);
  const { heard, receipts } = await visitor.page.evaluate(async () => {
    const messages = room.typed_messages();
    room.send_typed("hello");
    const receipts = [await room.publish_louder("hello"), await room.publish_shrug()];
    return { heard: messages.take_all(), receipts };
  });
  assert.deepEqual(heard, ['Send { text: "hello" }', 'Louder("hello!")']);
  assert.deepEqual(receipts, ["1", "0, dropped"]);
  const sent = visitor.broadcasts().map(({ type, payload }) => [type, payload]);
  assert.deepEqual(sent, [
    ["send", { text: "hello" }],
    ["louder", "hello"],
    ["shrug", null],
  ]);
});

test("a message of an unknown type, or of none, is told, and the stream goes on", async (t) => {
  const visitor = await arrive(t, world);
  const { page, connection } = visitor;
  await page.evaluate(() => {
    window.messages = room.typed_messages();
  });
  for (const message of [{ type: "zero", payload: 0 }, { payload: "none" }, { type: "louder", payload: 7 }]) {
    connection.send({ action: "message", channel: "rooms/42", ...message });
  }
  connection.send({ action: "message", channel: "rooms/42", type: "send", payload: { text: "still here" } });
  await visitor.settled();
  const [unknown, without, wrong, right] = await page.evaluate(() => messages.take_all());
  assert.match(unknown, /^misfit at type: .*unknown variant `zero`, expected one of `send`, `louder`, `shrug`/);
  assert.match(without, /^misfit at .*: .*type/);
  assert.match(wrong, /^misfit at payload: .*string/);
  assert.equal(right, 'Send { text: "still here" }');
});

test("a message without a type is refused in words", async (t) => {
  const visitor = await arrive(t, world, { options: { messageType: "" } });
  const faults = await visitor.page.evaluate(async () => {
    const said = (work) => {
      try {
        return work();
      } catch (error) {
        return error.message;
      }
    };
    const published = await room.publish("hello").catch(({ message }) => message);
    return [said(() => room.message("hello")), said(() => room.send_untyped()), published];
  });
  for (const fault of faults) assert.match(fault, /needs a type: give message_type\(\).*with_message_type\(\)/);
  await visitor.settled();
  assert.deepEqual(visitor.broadcasts(), []);
});

test("a message that comes too soon is refused with the time to wait", async (t) => {
  const { page } = await arrive(t, world, { room: "talk" });
  const told = await page.evaluate(async () => {
    await room.publish("one");
    return room.publish("two").catch(({ code, retryAfter }) => [code, retryAfter]);
  });
  const [code, retryAfter] = told;
  assert.equal(code, "rate_limited");
  assert.ok(retryAfter > 0 && retryAfter <= 60, `${retryAfter} s`);
});

test("there is no history to ask for", async (t) => {
  const { page } = await arrive(t, world);
  const fault = await page.evaluate(() => room.history().catch(({ message }) => message));
  assert.match(fault, /^Realtime V2 has no history to ask for/);
});

test("after an interruption a channel that delivers at most once says so", async (t) => {
  for (const [recover, words] of [
    [false, "interrupted"],
    [true, "gappossible"],
  ]) {
    const visitor = await arrive(t, world, { options: { recover } });
    await visitor.page.evaluate(() => {
      window.actions = room.actions();
    });
    await visitor.interrupt();
    const told = await visitor.page.evaluate(() => actions.take_all());
    assert.deepEqual(
      told.filter((one) => one !== "joined" && !one.startsWith("present")),
      [words],
    );
  }
});
