// Type-checks the examples of the READMEs: each is a module of its own, in the project tests/types/readme.

import { execFile } from "node:child_process";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const ROOT = join(import.meta.dirname, "../..");
const FOLDER = join(ROOT, "target/readme-types");
const ELEMENT = /<(\w+)[^>]*\bid="([^"]+)"/g;

/** Resolves with what the compiler says of these examples of `examplesOf`; with an empty text where all is right. */
export async function compileExamples(examples) {
  rmSync(FOLDER, { recursive: true, force: true });
  mkdirSync(FOLDER, { recursive: true });
  for (const { file, line, language, code, html } of examples) {
    const name = code.includes("export function useChannel(") ? "use-channel" : `${file.replaceAll("/", "-")}-${line}`;
    const lines = [html && pageOf(html), code, "export {};"];
    writeFileSync(join(FOLDER, `${name}.${language === "tsx" ? "tsx" : "ts"}`), lines.filter(Boolean).join("\n"));
  }
  const compiler = join(ROOT, "node_modules/typescript/bin/tsc");
  const project = join(ROOT, "tests/types/readme");
  return new Promise((resolve) => {
    execFile(process.execPath, [compiler, "--project", project], (_error, stdout) => resolve(stdout));
  });
}

/** The document of a block of HTML: it has the elements of the block, and no others. */
function pageOf(html) {
  const getters = [...html.matchAll(ELEMENT)].map(([, tag, id]) => `(id: "${id}"): HTMLElementTagNameMap["${tag}"];`);
  return `declare const document: Omit<Document, "getElementById"> & { getElementById: { ${getters.join(" ")} } };`;
}
