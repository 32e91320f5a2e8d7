// Tokens in the storage: kept for the next page, and for no other instance.

import assert from "node:assert/strict";
import { test } from "node:test";
import { client, FakeSocket, openChannel, settled } from "../support/node-page.js";
import { sdk } from "../support/package.js";

const { XanoBaseStorage, XanoClient, XanoCookieStorage, XanoLocalStorage, XanoObjectStorage } = sdk;
const HERE = { instanceBaseUrl: "https://here.xano.io", realtimeConnectionHash: "tokens" };
const ELSEWHERE = { ...HERE, instanceBaseUrl: "https://elsewhere.xano.io" };

test("a reloaded page connects with the token that was set before", () => {
  const storage = new XanoObjectStorage();
  new XanoClient({ ...HERE, storage }).setRealtimeAuthToken("kept");
  assert.deepEqual(protocolsOf(new XanoClient({ ...HERE, storage })), ["kept"]);
});

test("localStorage is not read until a channel connects, and then the token in it is used", (t) => {
  const kept = { RealtimeAuthToken: "kept", RealtimeAuthTokenUrl: "wss://here.xano.io/rt/tokens" };
  const reads = [];
  const localStorage = { getItem: (key) => reads.push(key) && (kept[key] ?? null) };
  Object.defineProperty(globalThis, "localStorage", { configurable: true, value: localStorage });
  t.after(() => delete globalThis.localStorage);
  const client = new XanoClient(HERE);
  const channel = client.channel("room");
  assert.deepEqual(reads, []);
  channel.on(() => {});
  assert.deepEqual(FakeSocket.latest.protocols, ["kept"]);
  assert.ok(client.config.storage instanceof XanoLocalStorage);
  channel.destroy();
});

test("a token from the settings is kept as well", () => {
  const storage = new XanoObjectStorage();
  new XanoClient({ ...HERE, storage, realtimeAuthToken: "kept" });
  assert.deepEqual(protocolsOf(new XanoClient({ ...HERE, storage })), ["kept"]);
});

test("a token reaches no other instance, and no other connection of the same one", () => {
  const storage = new XanoObjectStorage();
  new XanoClient({ ...HERE, storage }).setRealtimeAuthToken("kept");
  assert.equal(protocolsOf(new XanoClient({ ...ELSEWHERE, storage })), undefined);
  assert.equal(protocolsOf(new XanoClient({ ...HERE, realtimeConnectionHash: "other", storage })), undefined);
});

test("a token that the original has left, without an address, is not used", () => {
  const storage = new XanoObjectStorage();
  storage.setItem("RealtimeAuthToken", "of whom?");
  assert.equal(protocolsOf(new XanoClient({ ...HERE, storage })), undefined);
});

for (const [name, clear] of [
  ["setRealtimeAuthToken(null)", (storage) => new XanoClient({ ...HERE, storage }).setRealtimeAuthToken(null)],
  [
    "setRealtimeAuthToken(undefined)",
    (storage) => new XanoClient({ ...HERE, storage }).setRealtimeAuthToken(undefined),
  ],
  ["realtimeAuthToken: null", (storage) => new XanoClient({ ...HERE, storage, realtimeAuthToken: null })],
]) {
  test(`${name} clears it`, () => {
    const storage = new XanoObjectStorage();
    new XanoClient({ ...HERE, storage }).setRealtimeAuthToken("kept");
    clear(storage);
    assert.deepEqual({ ...storage.getAll() }, {});
    assert.equal(protocolsOf(new XanoClient({ ...HERE, storage })), undefined);
  });
}

test("the token of HTTP is kept and cleared under the original's key, with its origin beside it", () => {
  const storage = new XanoObjectStorage();
  const client = new XanoClient({ ...HERE, storage, authToken: "http" });
  assert.deepEqual({ ...storage.getAll() }, { AuthToken: "http", AuthTokenUrl: "https://here.xano.io" });
  assert.ok(new XanoClient({ ...HERE, storage }).hasAuthToken());
  client.setAuthToken(null);
  assert.deepEqual({ ...storage.getAll() }, {});
  assert.ok(!new XanoClient({ ...HERE, storage }).hasAuthToken());
});

test("the token of HTTP reaches no other instance, and every API group of its own", async (t) => {
  const storage = new XanoObjectStorage();
  new XanoClient({ apiGroupBaseUrl: "https://here.xano.io/api:auth", storage }).setAuthToken("http");
  const own = new XanoClient({ apiGroupBaseUrl: "https://here.xano.io/api:shop", storage });
  const other = new XanoClient({ ...ELSEWHERE, storage });
  assert.deepEqual([own.hasAuthToken(), other.hasAuthToken()], [true, false]);
  assert.equal(await authorizationOf(t, own), "Bearer http");
  assert.equal(await authorizationOf(t, other), null);
});

test("a token of HTTP that the original has left, without an origin, works, and has one when it is set again", async (t) => {
  const storage = new XanoObjectStorage();
  storage.setItem("AuthToken", "of the original");
  const [here, elsewhere] = [HERE, ELSEWHERE].map((settings) => new XanoClient({ ...settings, storage }));
  assert.equal(await authorizationOf(t, here), "Bearer of the original");
  here.setAuthToken("another");
  assert.deepEqual([here.hasAuthToken(), elsewhere.hasAuthToken()], [true, false]);
});

test("a token of HTTP that is set before a base URL is known goes with the one that comes", async (t) => {
  globalThis.location = new URL("https://page.test/");
  t.after(() => delete globalThis.location);
  const client = new XanoClient({ storage: new XanoObjectStorage(), authToken: "http" });
  client.config.apiGroupBaseUrl = "https://here.xano.io/api:x";
  assert.equal(await authorizationOf(t, client), "Bearer http");
});

test("any class that extends XanoBaseStorage works", () => {
  const kept = new Map();
  class MapStorage extends XanoBaseStorage {
    getItem(key) {
      return kept.get(key) ?? null;
    }
    setItem(key, value) {
      kept.set(key, value);
    }
    removeItem(key) {
      kept.delete(key);
    }
  }
  new XanoClient({ ...HERE, storage: new MapStorage() }).setRealtimeAuthToken("kept");
  assert.deepEqual(protocolsOf(new XanoClient({ ...HERE, storage: new MapStorage() })), ["kept"]);
});

test("without localStorage tokens live in memory; a storage that cannot be read has none; nothing throws", () => {
  assert.ok(new XanoClient({ ...HERE }).setRealtimeAuthToken("kept").hasRealtimeAuthToken());
  assert.equal(protocolsOf(new XanoClient({ ...HERE, storage: new XanoCookieStorage() })), undefined);
});

test("an illegal token is refused without being printed, and the one before stays", () => {
  const client = new XanoClient({ ...HERE, storage: new XanoObjectStorage(), realtimeAuthToken: "good" });
  assert.throws(
    () => client.setRealtimeAuthToken("Bearer secret"),
    (error) => error.code === "invalid_token" && !/secret/.test(error.message),
  );
  assert.deepEqual(protocolsOf(client), ["good"]);
});

/** What a request of the client carries. */
async function authorizationOf(t, client) {
  const fetched = t.mock.method(globalThis, "fetch", async () => new Response("{}"));
  await client.get("/x");
  return fetched.mock.calls.at(-1).arguments[1].headers.get("authorization");
}

/** What a socket of the client is opened with. */
function protocolsOf(client) {
  const channel = client.channel("room").on(() => {});
  const { protocols } = FakeSocket.latest;
  channel.destroy();
  return protocols;
}

test("a token function may end another channel", async (t) => {
  const shown = t.mock.method(console, "error", () => {});
  const { channel, socket } = openChannel();
  socket.deliver({ action: "join", options: { channel: "room" }, payload: { ext: { publish: 1 } } });
  let published;
  const provide = () => {
    published = channel.publish("ends");
    channel.destroy();
    return "token";
  };
  const other = client({ realtimeAuthToken: provide })
    .channel("room")
    .on(() => {});
  t.after(() => other.destroy());
  await settled();
  await assert.rejects(published, { code: "destroyed" });
  assert.equal(shown.mock.callCount(), 0);
});
