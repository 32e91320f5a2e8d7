// The two things that everything else needs: the programs and the npm package.
import { cargo, run } from "./run.mjs";
import { releaseBinary } from "./workspace.mjs";

/** The server and xtask. One selection of packages for every command: another one would compile dependencies anew. */
export function buildPrograms() {
  return cargo("build", "--release", "--workspace", "--bins");
}

/** pkg/ and target/demo/. */
export function buildPackage(...options) {
  return run(releaseBinary("xtask"), ["build", ...options]);
}
