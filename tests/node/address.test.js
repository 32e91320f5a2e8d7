// Where a socket goes: the base URL's host and port, and `ws:` for near hosts alone.

import assert from "node:assert/strict";
import { test } from "node:test";
import { socketUrl } from "../../pkg-template/src/realtime/address.js";
import { client } from "../support/node-page.js";

const NEAR = `localhost 127.0.0.1 127.9.9.9 10.0.0.1 192.168.1.2 172.16.0.1 172.31.9.9 169.254.1.1 printer.local
  app.localhost [::1] [fd00::1] [fc12::1] [fe80::1] [febf::1]`.split(/\s+/);
const FAR = `x8.xano.io 172.32.0.1 172.15.0.1 8.8.8.8 192.169.0.1 10.0.0.1.example.com local [2001::1] [fec0::1]
  127.example 10.0.0.x mylocal xlocalhost localhost.example`.split(/\s+/);

test("hosts of this machine and of private networks are near", () => {
  for (const host of NEAR) assert.equal(socketUrl(`http://${host}:81/api:x`, "hash"), `ws://${host}:81/rt/hash`);
  for (const host of FAR) assert.equal(socketUrl(`http://${host}:81/api:x`, "hash"), `wss://${host}:81/rt/hash`);
});

test("https stays secure everywhere, and the path is dropped", () => {
  for (const host of [...NEAR, ...FAR]) {
    assert.equal(socketUrl(`https://${host}/api:x?y#z`, "hash"), `wss://${host}/rt/hash`);
  }
});

test("a base URL that is none, or names no host, is refused in words that name it", () => {
  for (const instanceBaseUrl of ["x8.xano.io", "mailto:jill", "file:///rt"]) {
    assert.throws(() => client({ instanceBaseUrl }).channel("x"), { message: new RegExp(`"${instanceBaseUrl}"`) });
  }
});

test("missing settings are named in the words of the original, the base URL first; a hash by all its names", () => {
  assert.throws(() => client({ instanceBaseUrl: null, realtimeConnectionHash: null }).channel("x"), {
    message: "Please configure instanceBaseUrl or apiGroupBaseUrl setting before connecting to realtime",
  });
  assert.throws(() => client({ realtimeConnectionHash: null }).channel("x"), {
    message: /^Please configure realtimeConnectionCanonical setting before connecting to realtime \(realtimeCanonical /,
  });
});
