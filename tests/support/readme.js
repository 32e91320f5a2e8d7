// The examples of a Markdown file, as something that can be run and type-checked.

import { readFileSync } from "node:fs";
import { transformSync } from "esbuild";

const FENCE = /^```(js|ts|tsx|html|sh)\n(.*?)^```$/gms;
const SCRIPT = /<script>\n(.*?)<\/script>/gs;
const AsyncFunction = (async () => {}).constructor;

/** Every fenced block, with the line it starts at. */
export function blocksOf(file) {
  const text = readFileSync(file, "utf8");
  return [...text.matchAll(FENCE)].map(({ 1: language, 2: content, index }) => {
    return { language, content, line: text.slice(0, index).split("\n").length };
  });
}

/**
 * Every block of JavaScript or TypeScript, and every script inside a block of HTML, with the line of its block. `html`
 * is the block that a script stands in.
 */
export function examplesOf(file) {
  return blocksOf(file).flatMap(({ language, content, line }) => {
    if (language === "sh") return [];
    if (language !== "html") return [{ line, language, code: content }];
    return [...content.matchAll(SCRIPT)].map(([, code]) => ({ line, language: "js", code, html: content }));
  });
}

/** Runs it with these names in scope. `load` stands for `import`; resolves with what the example exports. */
export function runExample({ code, language }, { load, ...scope }) {
  const script = language === "js" ? code : withoutTypes(code);
  const exported = [...script.matchAll(/^export function (\w+)/gm)].map(([, name]) => name);
  const body = script
    .replaceAll(/^export (?=function)/gm, "")
    .replaceAll(
      /^import (.+?) from "(.+?)";/gm,
      (_line, names, from) => `const ${pattern(names)} = await load("${from}");`,
    );
  // In a block of its own, so that an example may declare a name that is in scope already.
  const run = new AsyncFunction("load", ...Object.keys(scope), `{ ${body}\nreturn { ${exported} }; }`);
  return run(load, ...Object.values(scope));
}

/** As bundlers do it. An element is made by `createElement`, which is in scope. */
function withoutTypes(code) {
  const options = {
    loader: "tsx",
    jsxFactory: "createElement",
    tsconfigRaw: { compilerOptions: { target: "es2022" } },
  };
  return transformSync(code, options).code;
}

/** `{ a as b }` of an import as the pattern of a declaration; a lone name is the default export. */
function pattern(names) {
  return names.startsWith("{") ? names.replaceAll(" as ", ": ") : `{ default: ${names} }`;
}
