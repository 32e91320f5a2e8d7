// What the READMEs show works as it stands there and compiles, and the package's one names the file that is beside it.

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { after, test } from "node:test";
import "../support/answering-socket.js";
import { client as newClient, FakeSocket, message, settled, XanoClient } from "../support/node-page.js";
import { compileExamples } from "../support/readme-types.js";
import { examplesOf, runExample } from "../support/readme.js";
import { createElement, mountTwice, react, textOf } from "../support/react.js";

const root = join(import.meta.dirname, "../..");
const pkg = join(root, "pkg");
const READMES = ["README.md", "pkg-template/README.md", "llms.txt"];
const examples = READMES.flatMap((file) => examplesOf(join(root, file)).map((example) => ({ file, ...example })));

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

for (const example of examples) {
  const { file, line, code } = example;
  test(`${file}:${line} runs${code.includes("console.log(") ? ", and prints" : ""}`, { timeout: 10_000 }, async () => {
    const { scope, printed, warned } = page();
    await runExample(example, scope);
    await settled();
    assert.deepEqual(warned, []);
    assert.equal(printed.length > 0, code.includes("console.log("));
  });
}

test("every example compiles with strict and exactOptionalPropertyTypes", async () => {
  assert.equal(await compileExamples(examples), "");
});

test("the useChannel of the README handles a message once, in StrictMode too, over one socket", async () => {
  const { useChannel } = await exportsOf("useChannel");
  const client = newClient();
  const sockets = FakeSocket.all.length;
  const heard = [];
  const room = mountTwice(() => useChannel(client, "room", (action) => heard.push(action)));
  await settled();
  assert.equal(FakeSocket.all.length, sockets + 1, "no socket is opened to be closed at once");
  FakeSocket.latest.deliver(message("once"));
  const once = () => heard.filter(({ action }) => action === "message").map(({ payload }) => payload);
  assert.deepEqual(once(), ["once"]);
  assert.ok(room.result, "the component has its channel");
  room.unmount();
  FakeSocket.latest.deliver(message("after"));
  assert.deepEqual(once(), ["once"], "nothing after it is gone");
});

test("the component of the README shows the history, and live messages behind it", async () => {
  class Client extends XanoClient {
    // A connection of its own: the other examples are on the channel already.
    constructor(settings) {
      super({ ...settings, realtimeConnectionHash: "chat" });
    }
  }
  const { Chat } = await exportsOf("Chat", { "xano-wasm": { XanoClient: Client } });
  const chat = mountTwice(Chat);
  await settled();
  FakeSocket.latest.deliver(message({ text: "live" }, "marvel-chat-room"));
  chat.update();
  assert.match(textOf(chat.result), /^kept\{"text":"live"\}/);
  chat.result.props.action(new Map([["text", "Hello"]]));
  await settled();
  chat.update();
  assert.match(textOf(chat.result), /^kept\{"text":"live"\}Hello/, "a message is shown when it has come back");
  chat.unmount();
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

test("llms.txt has every export, every method of a client and of a channel, and every error code", async () => {
  const text = readFileSync(join(root, "llms.txt"), "utf8");
  const exported = await import("../../pkg/index.js");
  const types = readFileSync(join(pkg, "index.d.ts"), "utf8");
  const codes = /type XanoErrorCode =([^;]+);/.exec(types)[1].matchAll(/"(\w+)"/g);
  const classes = ["XanoClient", "XanoRealtimeChannel", "XanoRealtimeClient", "XanoResponse", "XanoEventStream"];
  const names = [
    ...Object.keys(exported),
    ...classes.flatMap((name) => methodsOf(exported[name])),
    ...[...codes].map(([, code]) => code),
  ];
  const missing = names.filter((name) => !new RegExp(`\\b${name}\\b`).test(text));
  assert.deepEqual(missing, []);
});

test("what the README says that the console says is said by the client or the server", () => {
  const readme = readFileSync(join(root, "pkg-template/README.md"), "utf8");
  const [, table] = /^## The console says\n(.*?)And lines of the browser itself/ms.exec(readme);
  const said = ["docs/server-reference.md", "docs/protocol-v2.md", "src/engine/session/failure.rs", "pkg/index.js"].map(
    (file) => readFileSync(join(root, file), "utf8"),
  );
  const lines = [...table.matchAll(/^\| `(.+?)` \|/gm)].map(([, line]) => line);
  assert.ok(lines.length > 8);
  for (const line of lines)
    assert.ok(
      said.some((text) => text.includes(line)),
      line,
    );
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
function page(modulesOfTest) {
  const printed = [];
  const warned = [];
  const client = newClient();
  const channel = client.channel("room");
  const element = () => ({
    value: "Hello",
    append() {},
    replaceChildren() {},
    addEventListener: (_type, hear) => hear({ preventDefault() {} }),
  });
  const console = {
    log: (...line) => printed.push(line),
    warn: (...line) => warned.push(line),
  };
  const document = { createElement: element, getElementById: element };
  const modules = {
    react,
    "xano-wasm": () => import("../../pkg/index.js"),
    "xano-wasm/slim": () => import(join(pkg, "slim.js")),
    "./use-channel": () => exportsOf("useChannel"),
    ...modulesOfTest,
  };
  const load = async (name) =>
    typeof modules[name] === "function" ? modules[name]() : (modules[name] ?? import(name));
  return { scope: { load, XanoClient, client, channel, console, document, createElement }, printed, warned };
}

/** What the example that exports this name exports, with other modules where the test names some. */
function exportsOf(name, modules) {
  return runExample(
    examples.find(({ code }) => code.includes(`export function ${name}(`)),
    page(modules).scope,
  );
}

/** The names that applications call: those that begin with `_` are for this package alone. */
function methodsOf({ prototype }) {
  const inherited = Object.getPrototypeOf(prototype);
  const own = Object.getOwnPropertyNames(prototype).filter((name) => !/^_|^constructor$/.test(name));
  return inherited === Object.prototype ? own : [...own, ...methodsOf({ prototype: inherited })];
}

function anchor(heading) {
  return heading
    .toLowerCase()
    .replaceAll(/[^\w\- ]/g, "")
    .replaceAll(" ", "-");
}
