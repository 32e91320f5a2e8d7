// The server's programs for all platforms that can be built on this one.
import { buildOnMac, buildWithZig } from "./dist.mjs";
import { nodeTests } from "./node-tests.mjs";
import { packPlatform } from "./pack.mjs";
import { Unavailable } from "./parts.mjs";
import { ensureArm64Emulator } from "./prerequisites.mjs";
import { TARGETS } from "./server-targets.mjs";

/** The parts for `runParts`. Programs that are built elsewhere are listed, and do not make the command fail. */
export function platformParts() {
  const parts = TARGETS.filter(isBuiltHere).map((row) => [
    `package ${row.name}`,
    async () => packPlatform(row, await build(row)),
  ]);
  parts.push(["platforms that are built elsewhere", listOthers]);
  if (process.platform === "linux") parts.push(["programs for Linux, started", startOnLinux]);
  return parts;
}

function isBuiltHere({ os }) {
  return (os === "darwin") === (process.platform === "darwin");
}

function build({ os, rustTarget }) {
  return os === "darwin" ? buildOnMac(rustTarget) : buildWithZig(rustTarget);
}

function listOthers() {
  for (const { name } of TARGETS.filter((row) => !isBuiltHere(row))) {
    console.log(`${name}: built by the release workflow`);
  }
}

async function startOnLinux() {
  if (process.arch !== "x64") throw new Unavailable("the packed programs are tried on x64, with an emulator of arm64");
  await ensureArm64Emulator();
  await nodeTests("tests/packed");
}
