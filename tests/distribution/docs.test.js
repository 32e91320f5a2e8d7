// The examples of docs/testing.md pass, each in a project of its own with the test runner that it is for.

import assert from "node:assert/strict";
import { copyFile, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { after, before, test } from "node:test";
import { findChromium } from "../support/chromium.js";
import { blocksOf } from "../support/readme.js";
import { cleanEnvironment, run } from "./support/commands.js";
import { TOOLS } from "./support/places.js";
import { installPacked } from "./support/project.js";

const GUIDE = join(import.meta.dirname, "../../docs/testing.md");
/** Below the tools, so that the projects find the test runners. */
const PROJECTS = join(TOOLS, "projects");
const FILE = /^(?:\/\/|<!--) (\S+)/;
/** The Chromium of the other tests: Playwright would look for its own. */
const PLAYWRIGHT_CONFIG = `
export default { use: { launchOptions: { executablePath: process.env.CHROMIUM, args: ["--no-sandbox"] } } };
`;

before(() => rm(PROJECTS, { recursive: true, force: true }));
after(() => rm(PROJECTS, { recursive: true, force: true }));

for (const [name, program, ...args] of [
  ["Vitest", "vitest/vitest.mjs", "run"],
  ["Jest", "jest/bin/jest.js"],
  ["Playwright", "@playwright/test/cli.js", "test"],
]) {
  test(`the examples for ${name}`, async () => {
    const project = join(PROJECTS, name);
    await mkdir(project, { recursive: true });
    await writeFile(join(project, "package.json"), '{ "private": true }');
    await installPacked(project);
    const files = await writeExamples(name, project);
    assert.ok(files.some((file) => /\.(test|spec)\.[jt]s$/.test(file)));
    if (files.includes("site/index.html")) {
      await copyFile(join(project, "node_modules/xano-wasm/dist/xano.min.js"), join(project, "site/xano.min.js"));
      await writeFile(join(project, "playwright.config.mjs"), PLAYWRIGHT_CONFIG);
    }
    const env = { ...cleanEnvironment(), CHROMIUM: findChromium(), CI: "1" };
    await run(project, env, process.execPath, join(TOOLS, "node_modules", program), ...args);
  });
}

/** Writes the blocks of a chapter that begin with the name of a file, and resolves with the names. */
async function writeExamples(chapter, project) {
  const lines = (await readFile(GUIDE, "utf8")).split("\n");
  const start = lines.indexOf(`## ${chapter}`) + 1;
  const end = lines.findIndex((line, index) => index >= start && line.startsWith("## "));
  const blocks = blocksOf(GUIDE).filter(({ line }) => line > start && (end < 0 || line <= end));
  const examples = blocks.map(({ content }) => ({ content, file: FILE.exec(content)?.[1] })).filter(({ file }) => file);
  for (const { file, content } of examples) {
    await mkdir(dirname(join(project, file)), { recursive: true });
    await writeFile(join(project, file), content);
  }
  return examples.map(({ file }) => file);
}
