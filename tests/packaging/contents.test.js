// What is published: all of it is listed here, so that nothing comes along unseen and nothing stays behind.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, before, test } from "node:test";
import { originalModules } from "../../xtask/package/original-modules.mjs";
import { packPackage } from "./support/projects.js";

const CODE = [
  ...["index", "js", "realtime", "http"].flatMap((entry) => [`${entry}.js`, `${entry}.cjs`]),
  ...["http.browser.js", "realtime.browser.js", "slim.js", "xano.wasm"],
  ...["dist/xano.min.js", "dist/xano.js.min.js"].flatMap((script) => [script, `${script}.map`]),
];
/** The command `npx xano-wasm doctor`. */
const DOCTOR = [
  "address",
  "channel-steps",
  "cli",
  "frames",
  "network",
  "outcome",
  "report",
  "report/connection",
  "report/extensions",
  "report/history",
  "report/joining",
  "report/messages",
  "report/play",
  "report/presence",
  "report/publish",
  "report/sockets",
  "report/stage",
  "socket",
  "steps",
  "v2/greeting",
  "v2/report",
  "v2/report/connection",
  "v2/report/delivery",
  "v2/report/joining",
  "v2/report/messages",
  "v2/report/stage",
  "v2/steps",
  "v2/visit",
  "visit",
].map((module) => `doctor/${module}.js`);
const TYPES = [
  ...["http", "index", "js", "realtime", "requests"].flatMap((module) => [`${module}.d.ts`, `${module}.d.cts`]),
  "slim.d.ts",
];
const DOCUMENTS = [
  "LICENSE",
  "LICENSE-APACHE",
  "LICENSE-MIT",
  "README.md",
  "SECURITY.md",
  "THIRD-PARTY-NOTICES",
  "deviations.md",
  "llms.txt",
  "package.json",
];
/** Every module of the original's lib/: each for `import` and for `require`, with types. */
const LIB = originalModules("index.web").flatMap(({ path }) =>
  [".js", ".cjs", ".d.ts", ".d.cts"].map((extension) => `lib/${path}${extension}`),
);

let packed;

before(async () => {
  packed = await packPackage();
});

after(() => packed?.remove());

for (const script of CODE.filter((file) => /js$/.test(file))) {
  test(`${script} is ASCII alone: a page without a charset reads anything else as other characters`, async () => {
    assert.doesNotMatch(await readFile(new URL(`../../pkg/${script}`, import.meta.url), "utf8"), /\P{ASCII}/u);
  });
}

test("the package holds these files", () => {
  assert.deepEqual(packed.files, [...CODE, ...DOCTOR, ...TYPES, ...DOCUMENTS, ...LIB].sort());
});
