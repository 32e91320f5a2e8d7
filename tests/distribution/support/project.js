// Empty folders, and projects in them that have the packed packages.

import { readdirSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { cleanEnvironment, npm } from "./commands.js";
import { PACKED } from "./places.js";

/** An empty folder outside of the checkout, as npm takes a parent with packages for the project. */
export function emptyFolder() {
  return mkdtemp(join(tmpdir(), "xano-project-"));
}

export function remove(folder) {
  return rm(folder, { recursive: true, force: true });
}

/** Installs the packages from the files that `npm run pack` has left. */
export function installPacked(folder) {
  const files = readdirSync(PACKED).filter((name) => name.endsWith(".tgz"));
  if (files.length === 0) throw new Error(`no packages in ${PACKED}: run \`npm run pack\``);
  const paths = files.map((name) => join(PACKED, name));
  return npm(folder, cleanEnvironment(), "install", "--offline", "--no-audit", "--no-fund", ...paths);
}

/** The command as npm has installed it. */
export function launcherIn(folder) {
  return join(folder, "node_modules/xano-realtime-server/cli.cjs");
}
