// Whatever JSON can say arrives as it was sent, on a channel of whatever name.

import assert from "node:assert/strict";
import { test } from "node:test";
import { room, settings } from "../support/settings.js";
import { stage } from "../support/stage.js";

const NAMES = ["__proto__", "constructor", "toString", "the \"Avengers\" \\ 🦸 room", "日本/🇯🇵"];
const world = stage({ settings: settings(room("payloads"), room("surrogate"), ...NAMES.map((name) => room(name))) });

const PAYLOADS = {
  text: "Hello",
  "empty text": "",
  "text with quotes and breaks": "\"'\\ \n\r\t\u0000\u2028\u2029</script>",
  emoji: "👩‍🚀🇳🇿 ünïcödé 漢字",
  "nested JSON": { a: [{ b: { c: [1, [2, [3]]] } }], "key with \"quotes\"": null },
  "keys that objects have": JSON.parse(`{"__proto__": {"x": 1}, "constructor": 2, "action": "leave"}`),
  "text that looks like JSON": `{"action":"leave"}`,
  null: null,
  true: true,
  false: false,
  zero: 0,
  "minus zero": -0,
  "a very large number": 1e21,
  "the largest number": Number.MAX_VALUE,
  "an integer beyond 2^53": 9007199254740993,
  "a fraction": 0.1,
  "the smallest number": 5e-324,
  "a negative number": -1.5,
  "an empty array": [],
  "an array": [1, "two", null, [], {}],
  "an empty object": {},
  "an object of 100 KB": Object.fromEntries(Array.from({ length: 1000 }, (_, n) => [`key ${n}`, "é".repeat(45)])),
};

test("every kind of payload arrives as sent, in order", async (t) => {
  const jill = await world.user(t);
  const john = await world.user(t);
  await jill.enter("payloads");
  await john.enter("payloads");
  const kinds = Object.keys(PAYLOADS);

  for (const kind of kinds) await jill.message("payloads", PAYLOADS[kind]);

  const asJson = JSON.parse(JSON.stringify(PAYLOADS));
  for (const user of [jill, john]) {
    const received = await user.messages("payloads", kinds.length);
    assert.deepEqual(Object.fromEntries(received.map((payload, index) => [kinds[index], payload])), asJson);
  }
});

test("undefined arrives as null", async (t) => {
  const jill = await world.user(t);
  await jill.enter("payloads", {});

  await jill.page.evaluate(() => probe.channels.get("payloads").message());
  await jill.message("payloads", undefined);

  assert.deepEqual(await jill.messages("payloads", 2), [null, null]);
});

test("half of an emoji arrives as that half", async (t) => {
  const jill = await world.user(t);
  await jill.enter("surrogate");

  await jill.page.evaluate(() => probe.channels.get("surrogate").message("half \ud83e"));

  await jill.messages("surrogate", 1);
  assert.ok(await jill.page.evaluate(() => probe.messages("surrogate")[0] === "half \ud83e"));
});

for (const name of NAMES) {
  test(`a channel called ${JSON.stringify(name)} works like any other`, async (t) => {
    const jill = await world.user(t);
    const john = await world.user(t);
    await jill.enter(name);
    await jill.message(name, "before");
    await jill.messages(name, 1);
    await john.enter(name);
    assert.deepEqual(await john.history(name, 1), ["before"]);
    await jill.present(name, 2);

    await john.message(name, "after");

    assert.deepEqual(await jill.messages(name, 2), ["before", "after"]);
    assert.deepEqual(await john.messages(name, 1), ["after"]);
    await john.page.evaluate((name) => probe.channels.get(name).destroy(), name);
    await jill.present(name, 1);
  });
}
