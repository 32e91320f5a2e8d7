// Every module that the original ships below lib/: by import, by require and for TypeScript, with the same exports, under
// the name that programs import.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath, pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { originalModules } from "../../xtask/package/original-modules.mjs";

const root = fileURLToPath(new URL("../..", import.meta.url));
const NAME = "@xano/js-sdk";
const SETS_GLOBALS = "index.web";
const modules = originalModules(SETS_GLOBALS);
/** As programs write a path: the folder, with an extension, and without. */
const spellings = (path) => [
  ...(path === "index" ? [`${NAME}/lib`] : []),
  `${NAME}/lib/${path}`,
  `${NAME}/lib/${path}.js`,
];

/** A program's folder, with our package under the original's name. */
let folder;

before(async () => {
  const target = join(root, "target");
  await mkdir(target, { recursive: true });
  folder = await mkdtemp(join(target, "lib-"));
  await mkdir(join(folder, "node_modules/@xano"), { recursive: true });
  await symlink(join(root, "pkg"), join(folder, "node_modules", NAME), "junction");
  await writeFile(join(folder, "import.mjs"), "export default (name) => import(name);");
});

after(() => rm(folder, { recursive: true, force: true }));

test("the original has modules at all", () => {
  assert.ok(modules.length > 30, `${modules.length}`);
});

test("each is imported with the values of the original", async () => {
  const { default: imported } = await import(pathToFileURL(join(folder, "import.mjs")));
  for (const { path, values } of modules) {
    for (const name of spellings(path)) {
      const exports = await imported(name);
      assert.deepEqual(
        values.filter((value) => !(value in exports)),
        [],
        name,
      );
    }
  }
});

test("each is required with the values of the original", () => {
  const require = createRequire(join(folder, "main.cjs"));
  for (const { path, values } of modules) {
    for (const name of spellings(path)) {
      const exports = require(name);
      assert.deepEqual(
        values.filter((value) => exports[value] === undefined),
        [],
        name,
      );
    }
  }
});

test("they are the classes of the main entry", async () => {
  const { default: imported } = await import(pathToFileURL(join(folder, "import.mjs")));
  const main = await imported(NAME);
  assert.equal((await imported(`${NAME}/lib`)).XanoClient, main.XanoClient);
  assert.equal((await imported(`${NAME}/lib/base-client`)).XanoBaseClient, main.XanoClient);
  assert.equal((await imported(`${NAME}/lib/models/realtime-channel`)).XanoRealtimeChannel, main.XanoRealtimeChannel);
});

test("index.web sets the globals of the original's script", async () => {
  createRequire(join(folder, "main.cjs"))(`${NAME}/lib/${SETS_GLOBALS}`);
  for (const name of ["XanoClient", "XanoBaseStorage", "XanoCookieStorage", "XanoSessionStorage"]) {
    assert.equal(typeof globalThis[name], "function", name);
  }
});

for (const [module, moduleResolution] of [
  ["nodenext", "nodenext"],
  ["esnext", "bundler"],
]) {
  test(`each has its types, and those of its values: ${moduleResolution}`, async () => {
    const names = modules.flatMap(({ path }, index) =>
      spellings(path).map((name, spelling) => ({ ...modules[index], name, prefix: `m${index}_${spelling}` })),
    );
    const lines = names.flatMap(({ name, prefix, values, types }) => [
      `import * as ${prefix} from "${name}";`,
      ...values.map((value) => `export const ${prefix}_${value} = ${prefix}.${value};`),
      ...types.map(
        (type) =>
          `export type ${prefix}_${type} = ${type === "Observer" ? `${prefix}.${type}<any>` : `${prefix}.${type}`};`,
      ),
    ]);
    const options = {
      module,
      moduleResolution,
      target: "es2022",
      lib: ["es2024", "dom"],
      types: [],
      strict: true,
      noEmit: true,
    };
    for (const kind of moduleResolution === "nodenext" ? ["mts", "cts"] : ["ts"]) {
      await writeFile(join(folder, `all.${kind}`), lines.join("\n"));
      const project = { compilerOptions: options, files: [`all.${kind}`] };
      await writeFile(join(folder, "tsconfig.json"), JSON.stringify(project));
      const tsc = join(root, "node_modules/typescript/bin/tsc");
      const { stdout } = await promisify(execFile)(process.execPath, [tsc, "--project", folder]).catch(
        (failed) => failed,
      );
      assert.equal(stdout, "");
    }
  });
}
