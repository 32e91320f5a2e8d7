// realtime.browser.js is what bundlers put into pages for production: the same without help.

import assert from "node:assert/strict";
import { test } from "node:test";

const load = (file) => import(`../../pkg/${file}.js`);

test("both files export the same", async () => {
  const [production, development] = [await load("realtime.browser"), await load("realtime")];

  assert.deepEqual(Object.keys(production), Object.keys(development));
});

test("in production an error says what was wrong, in development what to do, too", async () => {
  const [production, development] = [await load("realtime.browser"), await load("realtime")].map(({ XanoClient }) => {
    const client = new XanoClient({ instanceBaseUrl: "https://x.example" });
    return (act) => {
      try {
        act(client);
      } catch (error) {
        return error;
      }
    };
  });
  const withoutCanonical = (client) => client.channel("room");
  const withIllegalToken = (client) => client.setRealtimeAuthToken("Bearer x");

  assert.match(development(withoutCanonical).message, /^Please configure realtimeConnectionCanonical .+ other names/);
  assert.match(development(withoutCanonical).hint, /Realtime Settings/);
  assert.match(production(withoutCanonical).message, /^Please configure realtimeConnectionCanonical .+ realtime$/);
  assert.equal(development(withIllegalToken).code, "invalid_token");
  assert.match(development(withIllegalToken).message, /cannot carry\. Set another one/);
  assert.equal(production(withIllegalToken).code, "invalid_token");
  assert.match(production(withIllegalToken).message, /cannot carry\.$/);
});
