// Whatever JSON can say arrives as it was sent, on a channel of whatever name.

import assert from "node:assert/strict";
import { test } from "node:test";
import { room, settings } from "../support/settings.js";
import { stage } from "../support/stage.js";

const NAMES = ["__proto__", "constructor", "toString", 'the "Avengers" \\ 🦸 room', "日本/🇯🇵"];
const world = stage({ settings: settings(room("payloads"), room("nothing"), ...NAMES.map((name) => room(name))) });

// As JSON texts: they reach the page as they stand here.
const PAYLOADS = {
  text: `"Hello"`,
  "empty text": `""`,
  "text with quotes and breaks": JSON.stringify("\"'\\ \n\r\t\u0000\u2028\u2029</script>"),
  emoji: `"👩‍🚀🇳🇿 ünïcödé 漢字"`,
  "half of an emoji": String.raw`"half \ud83e"`,
  "nested JSON": String.raw`{"a":[{"b":{"c":[1,[2,[3]]]}}],"key with \"quotes\"":null}`,
  "keys that objects have": `{"__proto__":{"x":1},"constructor":2,"action":"leave"}`,
  "text that looks like JSON": String.raw`"{\"action\":\"leave\"}"`,
  null: `null`,
  true: `true`,
  false: `false`,
  zero: `0`,
  "minus zero": `-0`,
  "a very large number": `1e21`,
  "the largest number": `1.7976931348623157e308`,
  "an integer beyond 2^53": `9007199254740993`,
  "a fraction": `0.1`,
  "the smallest number": `5e-324`,
  "a negative number": `-1.5`,
  "an empty array": `[]`,
  "an array": `[1,"two",null,[],{}]`,
  "an empty object": `{}`,
  "an object of 100 KB": JSON.stringify(
    Object.fromEntries(Array.from({ length: 1000 }, (_, n) => [n, "é".repeat(50)])),
  ),
};

test("every kind of payload arrives as sent, in order", async (t) => {
  const jill = await world.user(t);
  const john = await world.user(t);
  await jill.enter("payloads");
  await john.enter("payloads");
  const kinds = Object.keys(PAYLOADS);

  await jill.page.evaluate((texts) => {
    for (const text of texts) probe.channels.get("payloads").message(JSON.parse(text));
  }, Object.values(PAYLOADS));

  for (const user of [jill, john]) {
    await user.messages("payloads", kinds.length);
    const texts = await user.page.evaluate(() => probe.messages("payloads").map((payload) => JSON.stringify(payload)));
    for (const [index, kind] of kinds.entries()) {
      assert.ok(texts[index] === JSON.stringify(JSON.parse(PAYLOADS[kind])), `${kind}: ${texts[index].slice(0, 200)}`);
    }
  }
});

test("undefined arrives as null", async (t) => {
  const jill = await world.user(t);
  await jill.enter("nothing");

  await jill.page.evaluate(() => probe.channels.get("nothing").message());
  await jill.message("nothing", undefined);

  assert.deepEqual(await jill.messages("nothing", 2), [null, null]);
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
