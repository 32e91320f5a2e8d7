// The doctor looks where the client connects to.

import assert from "node:assert/strict";
import { test } from "node:test";
import { isLegalToken, socketUrl, socketUrlV2 } from "../../pkg-template/doctor/address.js";
import { isLegalToken as isLegalInClient } from "../../pkg-template/src/core/token.js";

// The build sets both.
globalThis.ONLY_BROWSERS = false;
globalThis.HELP = true;
const { socketUrl: clientUrl } = await import("../../pkg-template/src/realtime/address.js");

const HOSTS = `localhost 127.0.0.1 10.0.0.1 192.168.1.2 172.16.0.1 172.32.0.1 169.254.1.1 printer.local app.localhost
  [::1] [fd00::1] [fe80::1] [2001:db8::1] x8.xano.io 8.8.8.8 10.0.0.1.example.com mylocal`.split(/\s+/);

test("its address of the socket is that of the client, for near and far hosts, with and without TLS and port", () => {
  for (const host of HOSTS) {
    for (const base of [`http://${host}/api:x`, `https://${host}`, `http://${host}:81`, `https://${host}:81/api:x?y`]) {
      assert.equal(socketUrl(base, "hash").href, new URL(clientUrl(base, "hash")).href);
    }
  }
});

test("on V2, too, with the tenant of the base URL or that of the canonical", () => {
  for (const base of ["https://x8.xano.io", "http://127.0.0.1:81/tenant/acme", "https://x8.xano.io/tenant/a-1/api:x"]) {
    for (const canonical of ["rtmain01", "other:rtmain01"]) {
      assert.equal(socketUrlV2(base, canonical).href, new URL(clientUrl(base, canonical, 2)).href);
    }
  }
});

test("it takes the tokens that the client takes", () => {
  for (const token of ["abc.def-g_h", "Bearer abc", "a,b", "", "ü", "a/b", "a+b~c"]) {
    assert.equal(isLegalToken(token), isLegalInClient(token), token);
  }
});
