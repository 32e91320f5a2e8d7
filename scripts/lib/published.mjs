// Whether the finished package holds what its package.json promises, to every kind of resolution.
import { node } from "./run.mjs";

/** Code that was written for @xano/js-sdk compiles against it, and against the package in its place. */
export async function checkDropIn() {
  for (const sdk of ["original", "ours"]) {
    await node("node_modules/typescript/bin/tsc", "--project", `tests/types/drop-in/${sdk}.json`);
  }
}

export async function checkPublished() {
  await node("node_modules/publint/src/cli.js", "pkg", "--strict");
  // .attw.json leaves out what has no types, and what `./slim` is: ESM alone, as it finds its wasm by `import.meta.url`.
  // Of lib/ it takes a module with values and one with types: the build writes all of them in the same way.
  await node("node_modules/@arethetypeswrong/cli/dist/index.js", "pkg");
}
