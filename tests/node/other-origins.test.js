// What does not leave the origin of the base URL: tokens, and headers that were meant for the server there.

import assert from "node:assert/strict";
import { test } from "node:test";
import { liveServer } from "../support/live-server.js";
import { sdk } from "../support/package.js";

const { XanoClient, XanoObjectStorage } = sdk;

const SECRETS = {
  authToken: "token",
  dataSource: "live",
  customAxiosRequestConfig: { headers: { "X-Api-Key": "key", "X-Other": "text" } },
};
/** What of a request a stranger could use. */
const SECRET_NAMES = ["authorization", "x-api-key", "x-other", "x-data-source", "x-call"];

/** A server with what it was asked; `routes` maps paths to answers: a status, and where it leads to. */
async function serverOf(t, routes = {}) {
  const requests = [];
  const url = await liveServer(t, async (request, response) => {
    const { method, url, headers } = request;
    const secrets = SECRET_NAMES.filter((name) => name in headers);
    requests.push({ method, url, body: await textOf(request), type: headers["content-type"], secrets });
    const [status, location] = routes[url] ?? [200];
    response.writeHead(status, location && { location }).end('{"fine":true}');
  });
  return { url, requests, routes };
}

async function textOf(request) {
  let text = "";
  for await (const part of request) text += part;
  return text;
}

const clientOf = ({ url }, settings = SECRETS) =>
  new XanoClient({ apiGroupBaseUrl: `${url}/api:x`, storage: new XanoObjectStorage(), ...settings });

test("headers of the settings go to the origin of the base URL alone; those of a call go where it goes", async (t) => {
  const [home, elsewhere] = [await serverOf(t), await serverOf(t)];
  const client = clientOf(home);
  for (const { url } of [home, elsewhere]) await client.get(`${url}/y`, undefined, { "X-Call": "1" });
  assert.deepEqual(home.requests[0].secrets, SECRET_NAMES);
  assert.deepEqual(elsewhere.requests[0].secrets, ["x-call"]);
});

test("no header that could be a secret goes along a redirect to another origin, and none comes back by a second", async (t) => {
  const [home, elsewhere] = [await serverOf(t), await serverOf(t)];
  Object.assign(home.routes, { "/api:x/y": [307, `${elsewhere.url}/z`] });
  Object.assign(elsewhere.routes, { "/z": [302, `${home.url}/back`] });
  const response = await clientOf(home).get("/y", { q: undefined }, { "X-Call": "1", Authorization: "mine" });
  assert.deepEqual(response.getBody(), { fine: true });
  assert.deepEqual(
    [...home.requests, ...elsewhere.requests].map(({ url, secrets }) => [url, secrets]),
    [
      ["/api:x/y", SECRET_NAMES],
      ["/back", []],
      ["/z", []],
    ],
  );
});

test("along a redirect within the origin everything goes, and a relative address is one of the request before", async (t) => {
  const home = await serverOf(t, { "/api:x/a/b": [302, "c?d=1"], "/api:x/a/c?d=1": [302, "/e"] });
  await clientOf(home).get("/a/b", undefined, { "X-Call": "1" });
  assert.deepEqual(
    home.requests.map(({ url, secrets }) => [url, secrets]),
    ["/api:x/a/b", "/api:x/a/c?d=1", "/e"].map((url) => [url, SECRET_NAMES]),
  );
});

test("methods and bodies change along redirects as the Fetch standard says", async (t) => {
  const home = await serverOf(
    t,
    Object.fromEntries([301, 302, 303, 307, 308].map((code) => [`/api:x/${code}`, [code, "/end"]])),
  );
  const seen = async (method, status) => {
    await clientOf(home)[method](`/${status}`, { a: 1 });
    const { method: verb, body, type } = home.requests.at(-1);
    return [verb, body, type];
  };
  const [kept, json] = ['{"a":1}', "application/json"];
  for (const status of [301, 302, 303])
    assert.deepEqual(await seen("post", status), ["GET", "", undefined], `${status}`);
  for (const status of [307, 308]) assert.deepEqual(await seen("post", status), ["POST", kept, json], `${status}`);
  assert.deepEqual(await seen("put", 302), ["PUT", kept, json]);
  assert.deepEqual(await seen("put", 303), ["GET", "", undefined]);
  assert.equal((await seen("head", 303))[0], "HEAD");
});

test("redirects that lead round and round, to no address, or to something that is no server, end in an error", async (t) => {
  const home = await serverOf(t, {
    "/api:x/round": [302, "/api:x/round"],
    "/api:x/nowhere": [302, "http://["],
    "/api:x/data": [302, 'data:application/json,{"forged":true}'],
  });
  for (const path of ["round", "nowhere", "data"]) {
    await assert.rejects(clientOf(home).get(`/${path}`), { code: "ERR_NETWORK" }, path);
  }
  assert.equal(home.requests.filter(({ url }) => url.endsWith("round")).length, 21);
});

test("a redirect without an address is an answer", async (t) => {
  const home = await serverOf(t, { "/api:x/y": [302] });
  await assert.rejects(clientOf(home).get("/y"), (error) => error.getResponse().getStatusCode() === 302);
});
