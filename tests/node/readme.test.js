// What the READMEs show works as it stands there, and the package's one names the file that is beside it.

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { after, test } from "node:test";
import "../support/answering-socket.js";
import { client as newClient, FakeSocket, message, settled, XanoClient } from "../support/node-page.js";
import { examplesOf, runExample } from "../support/readme.js";
import { mountTwice, react } from "../support/react.js";

const root = join(import.meta.dirname, "../..");
const pkg = join(root, "pkg");

const unhandled = [];
process.on("unhandledRejection", (reason) => unhandled.push(reason));
after(async () => {
  await settled();
  assert.deepEqual(unhandled, []);
});

/** What the examples ask for over HTTP. */
globalThis.fetch = async (url) => {
  if (String(url).startsWith("file:")) return new Response(readFileSync(url));
  if (String(url) === "/realtime-token") return new Response("a-token");
  if (String(url).endsWith("/answers")) return new Response('data: "The Hulk"\n\n');
  return Response.json({ authToken: "a-token" });
};

for (const file of ["README.md", "pkg-template/README.md"]) {
  for (const { line, code } of examplesOf(join(root, file))) {
    test(`${file}:${line} runs${code.includes("console.log(") ? ", and prints" : ""}`, {
      timeout: 10_000,
    }, async () => {
      const { scope, printed, warned } = page();
      await runExample(code, scope);
      await settled();
      assert.deepEqual(warned, []);
      assert.equal(printed.length > 0, code.includes("console.log("));
    });
  }
}

test("the useChannel of the README handles a message once, in StrictMode too", async () => {
  const { code } = examplesOf(join(root, "pkg-template/README.md")).find((example) =>
    example.code.includes("useChannel"),
  );
  const { useChannel } = await runExample(code, page().scope);
  const client = newClient();
  const heard = [];
  const room = mountTwice(() => useChannel(client, "room", (action) => heard.push(action)));
  await settled();
  FakeSocket.latest.deliver(message("once"));
  const once = () => heard.filter(({ action }) => action === "message").map(({ payload }) => payload);
  assert.deepEqual(once(), ["once"]);
  assert.ok(room.result, "the component has its channel");
  room.unmount();
  FakeSocket.latest.deliver(message("after"));
  assert.deepEqual(once(), ["once"], "nothing after it is gone");
});

test("the package's README pins the version and the hash of the script beside it", () => {
  const readme = readFileSync(join(pkg, "README.md"), "utf8");
  const { version } = JSON.parse(readFileSync(join(pkg, "package.json"), "utf8"));
  const hash = createHash("sha384")
    .update(readFileSync(join(pkg, "dist/xano.min.js")))
    .digest("base64");
  assert.ok(readme.includes(`xano-wasm@${version}/dist/xano.min.js"\n  integrity="sha384-${hash}"`));
  assert.doesNotMatch(readme, /\{(version|integrity)\}/);
});

for (const [name, folder, file] of [
  ["README.md", root, "README.md"],
  ["pkg-template/README.md", join(root, "pkg-template"), "README.md"],
  ["pkg/README.md", pkg, "README.md"],
]) {
  test(`every link of ${name} leads somewhere`, () => {
    const text = readFileSync(join(folder, file), "utf8");
    const headings = [...text.matchAll(/^#+ (.+)$/gm)].map(([, heading]) => anchor(heading));
    for (const [, target] of text.matchAll(/\]\(([^)]+)\)/g)) {
      if (/^https?:/.test(target)) continue;
      const [path, fragment] = target.split("#");
      if (path) assert.ok(existsSync(join(folder, path)), target);
      else assert.ok(headings.includes(fragment), target);
    }
  });
}

/** What an example finds in its scope: a page in which the steps before it were taken. */
function page() {
  const printed = [];
  const warned = [];
  const client = newClient();
  const channel = client.channel("room");
  const element = () => ({ value: "Hello", append() {}, addEventListener: (_type, click) => click() });
  const console = {
    log: (...line) => printed.push(line),
    warn: (...line) => warned.push(line),
  };
  const document = { createElement: element, getElementById: element };
  const modules = { react, "xano-wasm": { XanoClient }, "xano-wasm/slim": import(join(pkg, "slim.js")) };
  const load = async (name) => (await modules[name]) ?? import(name);
  return { scope: { load, XanoClient, client, channel, console, document }, printed, warned };
}

function anchor(heading) {
  return heading
    .toLowerCase()
    .replaceAll(/[^\w\- ]/g, "")
    .replaceAll(" ", "-");
}
