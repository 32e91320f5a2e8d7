// Which packages are published, and in which order.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { packed } from "./pack.mjs";
import { Failure, npm, npmOutput } from "./run.mjs";
import { TARGETS } from "./server-targets.mjs";
import { root } from "./workspace.mjs";

/** The launcher names the platform packages in `optionalDependencies`: they are there before it is. */
const NAMES = [...TARGETS.map(({ name }) => name), "xano-realtime-server", "xano-wasm"];

/** What the checkout and the environment say of this release. */
export function thisRelease() {
  const { repository } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  const [, version] = /^version = "(.+)"$/m.exec(readFileSync(join(root, "Cargo.toml"), "utf8"));
  return {
    repository,
    version,
    tag: process.env.GITHUB_REF_TYPE === "tag" && process.env.GITHUB_REF_NAME,
    folder: packed,
  };
}

/** The packed files in the order of publishing. Throws where the release is not complete. */
export function filesToPublish({ repository, version, tag, folder }) {
  if (!repository) {
    throw new Failure(
      "nothing is published without the address of the repository: set `repository` in package.json, " +
        "which every package is packed with. npm compares it with the repository that publishes",
    );
  }
  if (tag && tag !== `v${version}`) {
    throw new Failure(`the tag is ${tag} and the version in Cargo.toml is ${version}: change the one that is wrong`);
  }
  const files = NAMES.map((name) => ({ name, version, path: join(folder, `${name}-${version}.tgz`) }));
  const missing = files.filter(({ path }) => !existsSync(path)).map(({ name }) => name);
  if (missing.length > 0) {
    throw new Failure(
      `${folder} has no version ${version} of ${missing.join(", ")}: \`npm run pack -- --all\` makes them`,
    );
  }
  return files;
}

/** A release that was interrupted is taken up again: npm takes each version once. */
export async function publish({ name, version, path }, options) {
  if (npmOutput("view", `${name}@${version}`, "version").trim() === version) {
    console.log(`${name} ${version} is on npm already`);
    return;
  }
  await npm("publish", path, "--access", "public", ...options);
}
