// Tokens in cookies: encoded, for this site, and over TLS only where the page came that way.

import assert from "node:assert/strict";
import { test } from "node:test";
import { sdk } from "../support/package.js";

const { XanoCookieStorage } = sdk;

/** A page at that address, with as much of its cookies as the storage uses. */
function page(t, address) {
  const jar = new Map();
  const written = [];
  globalThis.location = new URL(address);
  globalThis.document = {
    get cookie() {
      return [...jar].map((pair) => pair.join("=")).join("; ");
    },
    set cookie(text) {
      const [pair, ...attributes] = text.split("; ");
      const [key, ...value] = pair.split("=");
      written.push({ pair, attributes: attributes.filter((attribute) => !attribute.startsWith("expires=")) });
      const expires = attributes.find((attribute) => attribute.startsWith("expires=")).slice(8);
      if (Date.parse(expires) < Date.now()) jar.delete(key);
      else jar.set(key, value.join("="));
    },
  };
  t.after(() => {
    delete globalThis.location;
    delete globalThis.document;
  });
  return { jar, written };
}

test("a value that looks like attributes sets none, and reads back as it was", (t) => {
  const { written } = page(t, "https://page.test/");
  const storage = new XanoCookieStorage();
  const value = 'abc; domain=evil.example; path=/ =%3B,\\"é😀';
  storage.setItem("AuthToken", value);
  assert.deepEqual(written[0].attributes, ["path=/", "SameSite=Lax", "Secure"]);
  assert.match(written[0].pair, /^AuthToken=[\w%.!~*'()-]+$/);
  assert.equal(storage.getItem("AuthToken"), value);
  assert.deepEqual(storage.getAll(), { AuthToken: value });
});

test("a page that came without TLS keeps its cookies, which are then not marked as secure", (t) => {
  const { written } = page(t, "http://localhost:8080/");
  const storage = new XanoCookieStorage("/app");
  storage.setItem("AuthToken", "abc");
  assert.deepEqual(written[0].attributes, ["path=/app", "SameSite=Lax"]);
  assert.equal(storage.getItem("AuthToken"), "abc");
  storage.removeItem("AuthToken");
  assert.equal(storage.getItem("AuthToken"), null);
});

test("a cookie that the original has written reads back", (t) => {
  const { jar } = page(t, "https://page.test/");
  const storage = new XanoCookieStorage();
  const values = ["eyJhbGciOi.J9-_x.Zm8", "Zm8=", "a=b=", "100%", "50%25 of it", "é", ""];
  for (const [number, value] of values.entries()) jar.set(`key${number}`, value);
  assert.deepEqual(
    values.map((_, number) => storage.getItem(`key${number}`)),
    values,
  );
  assert.deepEqual(Object.values(storage.getAll()), values);
});

test("clearing takes every cookie away", (t) => {
  const { jar } = page(t, "https://page.test/");
  const storage = new XanoCookieStorage();
  for (const key of ["AuthToken", "other"]) storage.setItem(key, "a;b");
  storage.clear();
  assert.equal(jar.size, 0);
});
