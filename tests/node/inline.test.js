import assert from "node:assert/strict";
import { test } from "node:test";
import { decode } from "../../xtask/bundle/decode.js";
import { ALPHABET, encode } from "../../xtask/bundle/inline.mjs";

const everyByte = Uint8Array.from({ length: 256 }, (_, byte) => byte);

test("every byte comes back", () => {
  assert.deepEqual(decode(ALPHABET, encode(everyByte)), everyByte);
});

test("the text needs no charset and no escaping inside double quotes", () => {
  assert.match(ALPHABET + encode(everyByte), /^[ !#-[\]-~]*$/);
});
