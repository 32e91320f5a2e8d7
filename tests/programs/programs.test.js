// Small programs of our own that do what public programs for the original do, at the point where the two packages parted.
// Each is bundled once for either package, both under the name @xano/js-sdk, and runs unchanged.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { once } from "node:events";
import { cp, mkdir, mkdtemp, readdir, rm, symlink } from "node:fs/promises";
import { createServer } from "node:http";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { build } from "esbuild";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const PACKAGES = { original: here("../../node_modules/@xano/js-sdk"), ours: here("../../pkg") };
const LONGEST_PROGRAM_MS = 60_000;

let folder;
let server;

before(async () => {
  server = createServer(answer).listen(0, "127.0.0.1");
  await once(server, "listening");
  await mkdir(here("../../target"), { recursive: true });
  folder = await mkdtemp(here("../../target/programs-"));
  for (const [name, path] of Object.entries(PACKAGES)) {
    await mkdir(join(folder, name, "node_modules/@xano"), { recursive: true });
    await symlink(path, join(folder, name, "node_modules/@xano/js-sdk"), "junction");
    await cp(here("."), join(folder, name), { recursive: true });
  }
});

after(async () => {
  server?.closeAllConnections();
  server?.close();
  await rm(folder, { recursive: true, force: true });
});

/** What each program shows: `both`, or what it shows with either package. */
const SHOWN = {
  "folder-import": {
    original: { subscribed: ["fine", "InvalidStateError", "InvalidStateError"], heard: [] },
    ours: { subscribed: ["fine", "fine", "fine"], heard: ["hello"] },
  },
  "stream-request": {
    both: {
      events: [
        ["token", "POST /stream?page=1 avengers"],
        ["message", '{"question":"why"}'],
      ],
      plain: { method: "PATCH", url: "/echo" },
    },
  },
  "socket-state": { both: [null, null, 0, 1, null] },
  "early-history": { both: ["first", "second", "own"] },
  "throwing-handlers": {
    // Save for the status of the connection, the original swallows what handlers throw, and skips the second one.
    original: { lines: ["Ann", 5], tracked: 1 },
    ours: { lines: ["Ann", 5], tracked: 2 },
  },
  upload: {
    both: { photo: "image/png", terms: "application/pdf", tags: '["a","b"]', title: "Both" },
  },
  provider: {
    both: { members: { room: 1, lobby: 1 }, left: ["leave room", "leave lobby"], isClosed: true },
  },
  "strict-mode": {
    original: { unmounted: "InvalidStateError", mountedAgain: "InvalidStateError", bids: [100], sockets: 1 },
    ours: { unmounted: "fine", mountedAgain: "fine", bids: [100], sockets: 1 },
  },
  "message-at-setup": { original: [], ours: ["hello from set-up"] },
  "reopened-channel": { both: ["join room", "leave room", "join room"] },
  "two-clients": {
    original: { made: ["fine", "InvalidStateError"], hosts: ["one.xano.io"] },
    ours: { made: ["fine", "fine"], hosts: ["one.xano.io", "two.xano.io"] },
  },
  "class-names": {
    // An Error that is extended as in 2009 has the constructor of an Error.
    original: ["XanoClient", "XanoRealtimeChannel", "XanoRealtimeClient", "XanoResponse", "Error", "XanoLocalStorage"],
    ours: [
      ...["XanoClient", "XanoRealtimeChannel", "XanoRealtimeClient"],
      "XanoResponse",
      "XanoRequestError",
      "XanoLocalStorage",
    ],
  },
  "response-fields": {
    both: { body: { method: "GET", url: "/echo?page=2" }, type: "application/json", status: 200 },
  },
  canonical: {
    original: { made: "Error", paths: [] },
    ours: { made: "fine", paths: ["/rt/1lK90n16tnnylJpJ0Xa7Km6_KxA"] },
  },
};

test("every program is here", async () => {
  const files = await readdir(here("programs"));
  assert.deepEqual(
    Object.keys(SHOWN)
      .map((name) => `${name}.js`)
      .sort(),
    files.sort(),
  );
});

for (const [program, shown] of Object.entries(SHOWN)) {
  test(program, async () => {
    for (const sdk of ["original", "ours"]) {
      assert.deepEqual(await run(sdk, program), shown.both ?? shown[sdk], sdk);
    }
  });
}

/** Bundles the program as its own build does, and runs it to its end. */
async function run(sdk, program) {
  const outfile = join(folder, sdk, `${program}.mjs`);
  await build({
    ...{ entryPoints: [join(folder, sdk, "programs", `${program}.js`)], outfile, logLevel: "error" },
    ...{ bundle: true, keepNames: true, platform: "node", format: "esm", target: "node20" },
    // The original requires modules of Node.
    banner: { js: 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);' },
  });
  const base = `http://127.0.0.1:${server.address().port}`;
  const { stdout } = await promisify(execFile)(process.execPath, [outfile, base], { timeout: LONGEST_PROGRAM_MS });
  return JSON.parse(stdout);
}

/** The workspace's HTTP side. */
async function answer(request, response) {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  const body = Buffer.concat(chunks);
  const { method, url } = request;
  const { pathname } = new URL(url, "http://127.0.0.1");
  if (pathname === "/stream") {
    response.writeHead(200, { "content-type": "text/event-stream" });
    return response.end(`event: token\ndata: ${method} ${url} ${request.headers["x-team"]}\n\ndata: ${body}\n\n`);
  }
  const type = request.headers["content-type"];
  const answers = { "/echo": () => ({ method, url }), "/upload": () => partsOf(body, type) };
  const make = answers[pathname];
  response.writeHead(make ? 200 : 404, { "content-type": "application/json" });
  response.end(JSON.stringify(make ? await make() : { message: "not here" }));
}

/** A file's type, or a field's value, by the part's name. */
async function partsOf(body, type) {
  const form = await new Response(body, { headers: { "content-type": type } }).formData();
  return Object.fromEntries([...form].map(([name, value]) => [name, value instanceof Blob ? value.type : value]));
}
