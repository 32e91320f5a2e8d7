// Empty folders, and projects in them that have the packed packages.

import { existsSync, readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ownTarget } from "../../../scripts/lib/server-targets.mjs";
import { cleanEnvironment, npm } from "./commands.js";
import { PACKED } from "./places.js";

/** An empty folder outside of the checkout, as npm takes a parent with packages for the project. */
export function emptyFolder() {
  return mkdtemp(join(tmpdir(), "xano-project-"));
}

export function remove(folder) {
  return rm(folder, { recursive: true, force: true });
}

/** Installs the client and the server for this platform from the files that `npm run pack` has left. */
export function installPacked(folder) {
  const names = ["xano-wasm", "xano-realtime-server", ownTarget().name];
  const paths = names.map(tarballOf);
  return npm(folder, cleanEnvironment(), "install", "--offline", "--no-audit", "--no-fund", ...paths);
}

function tarballOf(name) {
  const manifest = join(PACKED, name, "package.json");
  if (!existsSync(manifest)) throw new Error(`no package ${name} in ${PACKED}: run \`npm run pack\``);
  return join(PACKED, `${name}-${JSON.parse(readFileSync(manifest, "utf8")).version}.tgz`);
}

/** The command as npm has installed it. */
export function launcherIn(folder) {
  return join(folder, "node_modules/xano-realtime-server/cli.cjs");
}
