// Programs that PyPI has as wheels: each in a Python environment of its own in target/tools.
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { findOrInstall, onPath, tools } from "./prerequisites.mjs";
import { output, run } from "./run.mjs";
import { programName } from "./workspace.mjs";

const zig = join(tools, "zig");
/** Holds cargo-zigbuild, which finds its Zig beside itself. */
export const zigFolder = programsOf(zig);
const zizmorEnvironment = join(tools, "zizmor");
export const zizmor = join(programsOf(zizmorEnvironment), programName("zizmor"));

/** Zig and cargo-zigbuild, which build the server for other computers. */
export function ensureZig() {
  return installFromPyPI(zig, ["ziglang==0.17.1", "cargo-zigbuild==0.24.1"]);
}

/** The linter of workflows: only `npm run check` needs it. */
export function ensureZizmor() {
  return installFromPyPI(zizmorEnvironment, ["zizmor==1.32.0"]);
}

async function installFromPyPI(environment, packages) {
  const marker = join(environment, "installed");
  const wanted = packages.join(" ");
  if (existsSync(marker) && readFileSync(marker, "utf8") === wanted) return;
  // On Debian the module venv needs the package python3-venv.
  const find = () => output("python3", ["-c", "import ensurepip"]) !== undefined && onPath("python3");
  await findOrInstall(find, ["python3-venv"], { missing: "no Python found: install python3 with its module venv" });
  console.log(`installing ${packages.join(" and ")} from PyPI`);
  await run("python3", ["-m", "venv", "--clear", environment]);
  await run(join(programsOf(environment), programName("python")), ["-m", "pip", "install", "--quiet", ...packages]);
  writeFileSync(marker, wanted);
}

function programsOf(environment) {
  return join(environment, process.platform === "win32" ? "Scripts" : "bin");
}
