// The package in Node, imported and required.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { startServer } from "../support/server.js";
import { packPackage, runNode } from "./support/projects.js";

let packed;
let server;

before(async () => {
  packed = await packPackage();
  server = await startServer();
});

after(async () => {
  await server?.dispose();
  await packed?.remove();
});

for (const project of ["node-esm", "node-cjs"]) {
  test(`a program that says hello and ends: ${project}`, async () => {
    const folder = await packed.install(project);

    assert.equal(await runNode(folder, "main.js", JSON.stringify(server.clientSettings)), "Hello");
  });
}
