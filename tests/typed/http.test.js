// Requests of the API with typed bodies, and events of the workspace.

import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import { after, before, test } from "node:test";
import { room, settings } from "../support/settings.js";
import { typedStage } from "../support/typed-page.js";

const world = typedStage({ settings: settings(room("avengers")) });
let api, requests;

before(async () => {
  requests = [];
  api = createServer(async (request, response) => {
    let body = "";
    for await (const part of request) body += part;
    const headers = { "access-control-allow-origin": "*", "access-control-allow-headers": "*" };
    if (request.method === "OPTIONS") return response.writeHead(204, headers).end();
    const { method, url } = request;
    requests.push({ method, url, body, token: request.headers.authorization });
    const [status, answer] = answers[new URL(url, "http://api").pathname] ?? [404, { message: "no such hero" }];
    response.writeHead(status, { ...headers, "content-type": "application/json" }).end(JSON.stringify(answer));
  });
  api.listen(0, "127.0.0.1");
  await once(api, "listening");
});
after(async () => {
  api.closeAllConnections();
  api.close();
  await once(api, "close");
});

const answers = {
  "/api:demo/score": [200, { hero: "Jill", points: 7 }],
  "/api:demo/odd": [200, { hero: "Jill", points: "seven" }],
};

test("requests carry a query, a typed body and the token, and answers are typed", async (t) => {
  const page = await world.page(t);
  requests.length = 0;

  const scores = await page.evaluate(async (baseUrl) => {
    const client = () => new Client({ ...settings, baseUrl, authToken: "a-token" });
    return [await client().get_score("/score", "x men"), await client().post_score("score", "Jack", 5)];
  }, `http://127.0.0.1:${api.address().port}/api:demo/`);

  assert.deepEqual(
    scores.map(({ points }) => points),
    [7, 7],
  );
  assert.deepEqual(requests, [
    { method: "GET", url: "/api:demo/score?team=x+men", body: "", token: "Bearer a-token" },
    { method: "POST", url: "/api:demo/score", body: '{"hero":"Jack","points":5}', token: "Bearer a-token" },
  ]);
});

test("the token goes to the origin of the base URL alone", async (t) => {
  const page = await world.page(t);
  requests.length = 0;

  await page.evaluate(async (endpoint) => {
    await new Client({ ...settings, authToken: "a-token" }).get_score(endpoint, "avengers");
  }, `http://127.0.0.1:${api.address().port}/api:demo/score`);

  assert.deepEqual(
    requests.map(({ token }) => token),
    [undefined],
  );
});

test("a failure says the status, a misfit the field, and silence the usual causes", async (t) => {
  const page = await world.page(t);

  const faults = await page.evaluate(async (baseUrl) => {
    const fault = (endpoint, base) =>
      new Client({ ...settings, baseUrl: base }).get_score(endpoint, "avengers").catch((error) => error.message);
    return [
      await fault("/nobody", baseUrl),
      await fault("/odd", baseUrl),
      await fault("/score", "http://127.0.0.1:1/api:demo"),
    ];
  }, `http://127.0.0.1:${api.address().port}/api:demo`);

  assert.match(faults[0], /^the server answered 404/);
  assert.match(faults[1], /^`points` does not fit: .*"seven"/);
  assert.match(faults[2], /^no answer came: .*check the URL, the network, CORS/);
});

test("a request that nobody waits for any more is aborted", async (t) => {
  const page = await world.page(t);

  const aborted = await page.evaluate(() => {
    const { fetch } = window;
    let signal;
    window.fetch = (request) => {
      signal = request.signal;
      return fetch(request);
    };
    new Client(settings).ask_and_drop("/score");
    return signal.aborted;
  });

  assert.equal(aborted, true);
});

test("events of the workspace are typed as well", async (t) => {
  const page = await world.page(t);
  await page.evaluate(async () => {
    const channel = new Client(settings).join("avengers");
    window.events = channel.events();
    await channel.actions().next();
  });

  const answer = await fetch(`${world.server.url}/api:meta/workspace/1/realtime/event`, {
    method: "POST",
    headers: { "content-type": "application/json", authorization: `Bearer ${await world.server.adminToken()}` },
    body: JSON.stringify({ channel: "avengers", data: { hero: "Jill", points: 9 } }),
  });

  assert.equal(answer.status, 200);
  assert.equal(await page.evaluate(() => events.next()), "Jill has 9");
});
