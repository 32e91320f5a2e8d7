// A registry on loopback that has the packed packages and nothing else, and npm as a user has it: with an empty cache.

import { once } from "node:events";
import { existsSync, readdirSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { cleanEnvironment, npm } from "./commands.js";
import { PACKED, TOOLS } from "./places.js";

/** `env` makes npm use the registry. `close()` removes everything. */
export async function startRegistry() {
  const folder = await mkdtemp(join(tmpdir(), "xano-registry-"));
  const server = await verdaccio(folder);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const host = `127.0.0.1:${server.address().port}`;
  const userconfig = join(folder, "npmrc");
  // Verdaccio lets all publish; npm does so only with a token.
  await writeFile(userconfig, `registry=http://${host}/\n//${host}/:_authToken=none\nfund=false\naudit=false\n`);
  const env = { ...cleanEnvironment(), npm_config_userconfig: userconfig, npm_config_cache: join(folder, "cache") };
  const registry = {
    env,
    url: `http://${host}/`,

    async publish(what) {
      await npm(folder, env, "publish", what);
    },

    async close() {
      server.close();
      server.closeAllConnections();
      await rm(folder, { recursive: true, force: true });
    },
  };
  for (const file of tarballs()) await registry.publish(file);
  return registry;
}

function verdaccio(folder) {
  const { runServer } = createRequire(join(TOOLS, "package.json"))("verdaccio");
  return runServer({
    storage: join(folder, "storage"),
    self_path: folder,
    uplinks: {},
    packages: { "**": { access: "$all", publish: "$all" } },
    max_body_size: "100mb",
    log: { type: "stdout", level: "error" },
  });
}

function tarballs() {
  const files = existsSync(PACKED) ? readdirSync(PACKED).filter((name) => name.endsWith(".tgz")) : [];
  if (files.length === 0) throw new Error(`no packages in ${PACKED}: run \`npm run pack\``);
  return files.map((name) => join(PACKED, name));
}
