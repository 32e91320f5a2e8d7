// The types of the package, for `import` and for `require`, and its entries.

import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { cleanEnvironment, run } from "./support/commands.js";
import { PACKED } from "./support/places.js";
import { installPacked } from "./support/project.js";

const MODULES = join(import.meta.dirname, "../../node_modules");
const PACKAGE = join(PACKED, "xano-realtime-server");
const OPTIONS = { strict: true, exactOptionalPropertyTypes: true, noEmit: true, target: "es2022", types: [] };
const PROGRAM = `
async function main() {
  await using server = await startServer({ settings: { enabled: true, channels: [{ pattern: "a" }] }, args: ["--demo"] });
  const client: { instanceBaseUrl: string; realtimeConnectionHash: string } = server.clientSettings;
  const token: string = server.signToken({ dbo_id: 1, row_id: 2, extras: { name: "Jill" }, expiresIn: 60 });
  const { members }: { members: number } = await server.event("a", { score: 3 });
  // @ts-expect-error: a row of the auth table is a number.
  server.signToken({ dbo_id: 1, row_id: "2" });
  // @ts-expect-error: every row of the settings has a pattern.
  await startServer({ settings: { channels: [{}] } });
  return [client, token, members, server.url, server.socketUrl, server.hash, server.adminToken, server.log];
}
`;

let folder;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), "xano-types-"));
  await installPacked(folder);
});

after(() => rm(folder, { recursive: true, force: true }));

const IMPORT = 'import { startServer } from "xano-realtime-server";';
const REQUIRE = 'import library = require("xano-realtime-server");\nconst { startServer } = library;';

for (const [file, start, module, moduleResolution] of [
  ["program.mts", IMPORT, "nodenext", "nodenext"],
  ["program.cts", REQUIRE, "nodenext", "nodenext"],
  ["program.ts", IMPORT, "esnext", "bundler"],
]) {
  test(`the types fit ${file}`, async () => {
    await writeFile(join(folder, file), `${start}\n${PROGRAM}\nmain();\n`);
    const compilerOptions = { ...OPTIONS, module, moduleResolution };
    await writeFile(join(folder, "tsconfig.json"), JSON.stringify({ compilerOptions, files: [file] }));
    await node(folder, "typescript/bin/tsc", "--project", folder);
  });
}

test("publint and Are the Types Wrong? find nothing", async () => {
  await node(folder, "publint/src/cli.js", PACKAGE, "--strict");
  await node(folder, "@arethetypeswrong/cli/dist/index.js", PACKAGE, "--pack");
});

function node(cwd, program, ...args) {
  return run(cwd, cleanEnvironment(), process.execPath, join(MODULES, program), ...args);
}
