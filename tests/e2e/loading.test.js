// Each way to load the package ends in a working client.

import assert from "node:assert/strict";
import { test } from "node:test";
import { WAYS_TO_LOAD } from "../support/clients.js";
import { room, settings } from "../support/settings.js";
import { stage } from "../support/stage.js";

const world = stage({ settings: settings(...WAYS_TO_LOAD.map((client) => room(client)), room("together")) });

for (const client of WAYS_TO_LOAD) {
  test(`a message goes to the server and back: ${client}`, async (t) => {
    const jill = await world.user(t, { client });
    await jill.enter(client);

    await jill.message(client, { text: "Hello" });

    assert.deepEqual(await jill.messages(client, 1), [{ text: "Hello" }]);
  });
}

test("however the page loaded it, the clients are in the same room", async (t) => {
  const users = [];
  for (const client of WAYS_TO_LOAD) users.push(await world.user(t, { client }));
  for (const user of users) await user.enter("together", { presence: true });

  for (const user of users) await user.present("together", users.length);
});

test("the script tag needs no waiting and no second request, and sets the globals of the original", async (t) => {
  const jill = await world.user(t, { client: "script" });
  const address = new URL("/next-script.html", jill.page.url()).href;
  await jill.page.route(address, (route) =>
    route.fulfill({
      contentType: "text/html",
      body: `<!doctype html><link rel="icon" href="data:,">
        <script src="/pkg/dist/xano.min.js"></script>
        <script>
          window.onTheNextLine = new XanoClient({ instanceBaseUrl: "https://x.example" }) instanceof XanoClient;
        </script>`,
    }),
  );
  const requests = [];
  jill.page.on("request", (request) => requests.push(new URL(request.url()).pathname));

  await jill.page.goto(address, { waitUntil: "networkidle" });

  assert.equal(await jill.page.evaluate(() => window.onTheNextLine), true);
  assert.deepEqual(requests, ["/next-script.html", "/pkg/dist/xano.min.js"]);
  const globals = ["Base", "Cookie", "Local", "Object", "Session"].map((kind) => `Xano${kind}Storage`);
  for (const name of ["XanoClient", ...globals]) {
    assert.equal(await jill.page.evaluate((name) => typeof window[name], name), "function", name);
  }
});

test("./slim says what to do when a channel is made before init()", async (t) => {
  const jill = await world.user(t, { client: "slim" });
  const address = new URL("/uninitialised.html", jill.page.url()).href;
  await jill.page.route(address, (route) => route.fulfill({ contentType: "text/html", body: "<!doctype html>" }));
  await jill.page.goto(address);

  const complaint = await jill.page.evaluate(async () => {
    const { XanoClient } = await import("/pkg/slim.js");
    const client = new XanoClient({ instanceBaseUrl: "https://x8.xano.io", realtimeConnectionHash: "hash" });
    try {
      client.channel("room");
    } catch (error) {
      return error.message;
    }
  });

  assert.match(complaint, /init\(\)/);
});

test("./slim takes a module that the page compiled itself", async (t) => {
  const jill = await world.user(t, { client: "slim" });
  const address = new URL("/compiled.html", jill.page.url()).href;
  await jill.page.route(address, (route) => route.fulfill({ contentType: "text/html", body: "<!doctype html>" }));
  await jill.page.goto(address);

  const made = await jill.page.evaluate(async () => {
    const { init, XanoClient } = await import("/pkg/slim.js");
    await init(await WebAssembly.compileStreaming(fetch("/pkg/xano.wasm")));
    return new XanoClient({}) instanceof XanoClient;
  });

  assert.ok(made);
});
