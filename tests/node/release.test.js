// What `npm run release` publishes, in which order, and when it refuses.

import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { filesToPublish } from "../../scripts/lib/release.mjs";
import { TARGETS } from "../../scripts/lib/server-targets.mjs";

const PLATFORMS = TARGETS.map(({ name }) => name);
const VERSION = "1.2.3";

/** A release whose folder holds these packages. */
async function release(t, names, changes = {}) {
  const folder = await mkdtemp(join(tmpdir(), "xano-release-"));
  t.after(() => rm(folder, { recursive: true }));
  for (const name of names) await writeFile(join(folder, `${name}-${VERSION}.tgz`), "");
  return { repository: "https://example.com/xano-wasm", version: VERSION, tag: `v${VERSION}`, folder, ...changes };
}

const ALL = ["xano-wasm", "xano-realtime-server", ...PLATFORMS];

test("the platform packages are published before the launcher that depends on them", async (t) => {
  const files = filesToPublish(await release(t, ALL));
  assert.deepEqual(
    files.map(({ name }) => name),
    [...PLATFORMS, "xano-realtime-server", "xano-wasm"],
  );
});

test("nothing is published without the address of the repository", async (t) => {
  const incomplete = await release(t, ALL, { repository: undefined });
  assert.throws(() => filesToPublish(incomplete), /set `repository` in package.json/);
});

test("nothing is published while a platform is missing", async (t) => {
  const incomplete = await release(
    t,
    ALL.filter((name) => !name.includes("darwin")),
  );
  assert.throws(
    () => filesToPublish(incomplete),
    /no version 1\.2\.3 of xano-realtime-server-darwin-x64, xano-realtime-server-darwin-arm64: /,
  );
});

test("nothing is published under a tag of another version", async (t) => {
  const mistagged = await release(t, ALL, { tag: "v1.2.4" });
  assert.throws(() => filesToPublish(mistagged), /the tag is v1\.2\.4 and the version in Cargo\.toml is 1\.2\.3/);
});
