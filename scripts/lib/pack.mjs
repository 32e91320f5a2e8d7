// The packages as they are published: a folder and a .tgz for each in target/npm/.
import { chmodSync, cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Failure, npmOutput, output } from "./run.mjs";
import { serverNotices } from "./server-notices.mjs";
import { ownTarget, TARGETS } from "./server-targets.mjs";
import { releaseBinary, root, target } from "./workspace.mjs";

export const packed = join(target, "npm");

const MAIN = "xano-realtime-server";
const LICENCES = ["LICENSE", "LICENSE-MIT", "LICENSE-APACHE"];
const CODE = ["cli.cjs", "index.cjs", "index.js", "index.d.ts", "lib"];

/** The parts for `runParts` that pack what is built, the program of this platform included. */
export function packParts() {
  return [...mainPackParts(), ["package with the program of this platform", packOwnPlatform]];
}

/** The same without programs. */
export function mainPackParts() {
  return [
    ["folder target/npm", clearPacked],
    ["package xano-wasm", packClient],
    ["package xano-realtime-server", packServer],
  ];
}

/** Begins anew: what an earlier version packed is not to be published with this one. */
function clearPacked() {
  rmSync(packed, { recursive: true, force: true });
}

/** xano-wasm, which `npm run build` has left in pkg/. */
function packClient() {
  const folder = emptyFolder("xano-wasm");
  cpSync(join(root, "pkg"), folder, { recursive: true });
  writeManifest(folder, JSON.parse(readFileSync(join(root, "pkg/package.json"), "utf8")));
  pack(folder);
}

/** The launcher and `startServer`, with a platform package for each row of the table as an optional dependency. */
function packServer() {
  const folder = emptyFolder(MAIN);
  for (const path of CODE) cpSync(join(root, "server/npm", path), join(folder, path), { recursive: true });
  // TypeScript takes the kind of a module from the name of its file.
  cpSync(join(folder, "index.d.ts"), join(folder, "index.d.cts"));
  writeDocuments(folder);
  copyLicences(folder);
  const manifest = JSON.parse(readFileSync(join(root, "server/npm/package.json"), "utf8"));
  const optionalDependencies = Object.fromEntries(TARGETS.map(({ name }) => [name, version()]));
  writeManifest(folder, { ...manifest, version: version(), optionalDependencies });
  pack(folder);
}

/** The guide lies beside the README in the package; what it links to stays in the repository. */
function writeDocuments(folder) {
  const readme = readFileSync(join(root, "server/npm/README.md"), "utf8").replace("(../../docs/", "(");
  const guide = readFileSync(join(root, "docs/testing.md"), "utf8").replaceAll(
    /\[([^\]]+)\]\([\w-]+\.md[^)]*\)/g,
    "$1",
  );
  writeFileSync(join(folder, "README.md"), readme);
  writeFileSync(join(folder, "testing.md"), guide);
}

/** The platform package of what this runs on, with the server that is built already. */
function packOwnPlatform() {
  const target = ownTarget();
  if (!target)
    throw new Failure(`no package for ${process.platform} on ${process.arch}: see scripts/lib/server-targets.mjs`);
  const binary = releaseBinary(MAIN);
  const said = output(binary, ["--version"]);
  if (said !== `${MAIN} ${version()}`) throw new Failure(`${binary} says "${said}", and the version is ${version()}`);
  packPlatform(target, binary);
}

/** A platform package: a row of the table, and the program that was built for it. */
export function packPlatform({ name, os, cpu, libc, rustTarget, program }, binary) {
  if (!existsSync(binary)) throw new Failure(`${binary} is missing: it is the program of ${name}`);
  const folder = emptyFolder(name);
  cpSync(binary, join(folder, program));
  chmodSync(join(folder, program), 0o755);
  copyLicences(folder);
  writeFileSync(join(folder, "THIRD-PARTY-NOTICES"), serverNotices(rustTarget));
  const description = `The program of ${MAIN} for ${[os, cpu, libc].filter(Boolean).join(", ")}.`;
  writeFileSync(join(folder, "README.md"), `# ${name}\n\n${description} Install \`${MAIN}\` instead.\n`);
  const platform = { os: [os], cpu: [cpu], ...(libc && { libc: [libc] }) };
  writeManifest(folder, {
    name,
    version: version(),
    description,
    license: "MIT OR Apache-2.0",
    ...platform,
    preferUnplugged: true,
  });
  pack(folder);
}

/** The version of the workspace in Cargo.toml, which the build has written into the client's manifest. */
function version() {
  return JSON.parse(readFileSync(join(root, "pkg/package.json"), "utf8")).version;
}

function emptyFolder(name) {
  const folder = join(packed, name);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  return folder;
}

function copyLicences(folder) {
  for (const file of LICENCES) cpSync(join(root, file), join(folder, file));
}

function writeManifest(folder, manifest) {
  const text = JSON.stringify({ ...manifest, ...origin() }, undefined, 2);
  writeFileSync(join(folder, "package.json"), `${text}\n`);
}

/** Where the code is developed: from the address in the workspace's package.json, once its owner has set it. */
function origin() {
  const { repository } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  if (!repository) return {};
  return {
    repository: { type: "git", url: `git+${repository}.git` },
    homepage: `${repository}#readme`,
    bugs: `${repository}/issues`,
  };
}

function pack(folder) {
  const answer = npmOutput("pack", folder, "--json", "--pack-destination", packed);
  const [{ filename, size }] = parsed(answer, folder);
  console.log(`${filename}: ${size} bytes`);
}

function parsed(answer, folder) {
  try {
    return JSON.parse(answer);
  } catch {
    throw new Failure(`npm pack ${folder} does not work: ${answer}`);
  }
}
