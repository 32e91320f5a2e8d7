// Builds of the server as it is packed for other computers than this one.
import { delimiter, join } from "node:path";
import { ensureRustTarget } from "./prerequisites.mjs";
import { ensureZig, zigFolder } from "./python-tools.mjs";
import { cargoWithEnv } from "./run.mjs";
import { target } from "./workspace.mjs";

/** Of 2012: every distribution that is still maintained has a newer one. */
export const OLDEST_GLIBC = "2.17";

const SERVER = "xano-realtime-server";
/** The code of the release profile, without symbols. */
const BUILD = ["--profile", "dist", "--package", SERVER, "--target"];

/**
 * For Linux and Windows, wherever this runs: Zig brings a C compiler, a linker and the C libraries of all targets, and
 * cargo-zigbuild makes Cargo use it. Returns the path of the program.
 */
export async function buildWithZig(rustTarget) {
  await ensureZig();
  await ensureRustTarget(rustTarget);
  const env = { PATH: `${zigFolder}${delimiter}${process.env.PATH}` };
  const zigTarget = rustTarget.endsWith("-linux-gnu") ? `${rustTarget}.${OLDEST_GLIBC}` : rustTarget;
  await cargoWithEnv(env, "zigbuild", ...BUILD, zigTarget);
  return built(rustTarget);
}

/** For macOS, on macOS: the program is linked with frameworks that exist there alone. Returns its path. */
export async function buildOnMac(rustTarget) {
  await ensureRustTarget(rustTarget);
  await cargoWithEnv({}, "build", ...BUILD, rustTarget);
  return built(rustTarget);
}

function built(rustTarget) {
  return join(target, rustTarget, "dist", rustTarget.includes("windows") ? `${SERVER}.exe` : SERVER);
}
