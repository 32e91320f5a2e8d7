// Where a socket goes: the base URL's host and port, and `ws:` for near hosts alone.

import assert from "node:assert/strict";
import { test } from "node:test";
import { client } from "../support/node-page.js";

// The build sets both: a bundle for script tags takes the browser's `URL` as it is, one for production has no help.
globalThis.ONLY_BROWSERS = false;
globalThis.HELP = true;
const { socketUrl } = await import("../../pkg-template/src/realtime/address.js");
const { originOf } = await import("../../pkg-template/src/http/url.js");

const NEAR = `localhost 127.0.0.1 127.9.9.9 10.0.0.1 192.168.1.2 172.16.0.1 172.31.9.9 169.254.1.1 printer.local
  app.localhost [::1] [fd00::1] [fc12::1] [fe80::1] [febf::1]`.split(/\s+/);
const FAR = `x8.xano.io 172.32.0.1 172.15.0.1 8.8.8.8 192.169.0.1 10.0.0.1.example.com local [2001::1] [fec0::1]
  127.example 10.0.0.x mylocal xlocalhost localhost.example`.split(/\s+/);

/** As in React Native 0.76. */
class TextUrl {
  constructor(url, base) {
    // Hosts without a dot are unknown to it.
    const isWhole = base === undefined || /^https?:\/\/\w+\.\w/.test(url);
    this.href = isWhole ? `${url}/` : `${base}/${url}`;
  }
  get host() {
    throw new Error("URL.host is not implemented");
  }
  get origin() {
    throw new Error("URL.origin is not implemented");
  }
  toString() {
    return this.href;
  }
}

const PLATFORMS = [
  ["in a bundle for browsers", { ONLY_BROWSERS: true }],
  ["elsewhere", {}],
  ["in React Native", { URL: TextUrl }],
];

for (const [where, globals] of PLATFORMS) {
  const on = (t) => {
    const before = { ONLY_BROWSERS, URL };
    Object.assign(globalThis, globals);
    t.after(() => Object.assign(globalThis, before));
  };

  test(`hosts of this machine and of private networks are near, ${where}`, (t) => {
    on(t);
    for (const host of NEAR) assert.equal(socketUrl(`http://${host}:81/api:5`, "hash"), `ws://${host}:81/rt/hash`);
    for (const host of FAR) assert.equal(socketUrl(`http://${host}:81/api:5`, "hash"), `wss://${host}:81/rt/hash`);
  });

  test(`https stays secure everywhere, and the path is dropped, ${where}`, (t) => {
    on(t);
    for (const host of [...NEAR, ...FAR]) {
      assert.equal(socketUrl(`https://${host}/api:5?y#z`, "hash"), `wss://${host}/rt/hash`);
      assert.equal(socketUrl(`https://jill:5@${host}?y@z`, "hash"), `wss://${host}/rt/hash`);
    }
  });

  test(`an origin is a scheme, a host and its port, ${where}`, (t) => {
    on(t);
    const base = "https://x8.xano.io/api:5";
    const same = ["https://x8.xano.io", "https://x8.xano.io?x=http://other", "https://jill@x8.xano.io/#x"];
    for (const url of same) assert.equal(originOf(url, base), "https://x8.xano.io", url);
    const others = [
      "http://x8.xano.io/",
      "https://x8.xano.io:444",
      "https://x8.xano.io@other.example",
      "http://localhost",
    ];
    for (const url of others) assert.notEqual(originOf(url, base), originOf(base), url);
  });
}

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
