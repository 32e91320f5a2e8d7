// Small projects as a user has them: each is copied out of projects/ and gets the packed package by `npm install`.

import { execFile } from "node:child_process";
import { access, cp, mkdir, mkdtemp, rm } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const PACKAGE = here("../../../pkg");
const PROJECTS = here("../projects");
const SHARED = here("../shared");
/** Below the checkout, so that the projects find bundlers and `ws` in its node_modules: nothing is downloaded. */
const WORK = here("../../../target/packaging");

const LONGEST_PROGRAM_MS = 60_000;

const execute = promisify(execFile);

/** Packs the package as it is published. `folder` holds the projects that are installed; `remove()` it at the end. */
export async function packPackage() {
  await access(join(PACKAGE, "package.json")).catch(() => {
    throw new Error(`no package in ${PACKAGE}: run \`npm run build\``);
  });
  await mkdir(WORK, { recursive: true });
  const folder = await mkdtemp(join(WORK, "run-"));
  const [packed] = JSON.parse(await npm(PACKAGE, "pack", "--json", "--pack-destination", folder));
  const tarball = join(folder, packed.filename);
  return {
    folder,
    tarball,
    files: packed.files.map(({ path }) => path).sort(),

    /** Installs the package in a copy of the project, and returns the copy's folder. */
    async install(name) {
      const project = join(folder, name);
      await cp(SHARED, project, { recursive: true });
      await cp(join(PROJECTS, name), project, { recursive: true });
      await npm(project, "install", "--offline", "--no-audit", "--no-fund", "--no-package-lock", tarball);
      return project;
    },

    remove: () => rm(folder, { recursive: true, force: true }),
  };
}

/** Runs a program of a project in Node until it ends, and resolves with what it printed. */
export async function runNode(project, ...args) {
  const { stdout } = await execute(process.execPath, args, { cwd: project, timeout: LONGEST_PROGRAM_MS });
  return stdout.trim();
}

async function npm(folder, ...args) {
  const script = process.env.npm_execpath;
  const [program, first] = script ? [process.execPath, [script]] : ["npm", []];
  const { stdout } = await execute(program, [...first, ...args], { cwd: folder });
  return stdout;
}
