// The examples of a Markdown file, as something that can be run.

import { readFileSync } from "node:fs";

const FENCE = /^```(js|html)\n(.*?)^```$/gms;
const SCRIPT = /<script>\n(.*?)<\/script>/gs;
const AsyncFunction = (async () => {}).constructor;

/** Every block of JavaScript, and every script inside a block of HTML, with the line it starts at. */
export function examplesOf(file) {
  const text = readFileSync(file, "utf8");
  return [...text.matchAll(FENCE)].flatMap(({ 1: language, 2: content, index }) => {
    const line = text.slice(0, index).split("\n").length;
    const codes = language === "js" ? [content] : [...content.matchAll(SCRIPT)].map(([, script]) => script);
    return codes.map((code) => ({ line, code }));
  });
}

/** Runs it with these names in scope. `load` stands for `import`; resolves with what the example exports. */
export function runExample(code, { load, ...scope }) {
  const exported = [...code.matchAll(/^export function (\w+)/gm)].map(([, name]) => name);
  const body = code
    .replaceAll(/^export /gm, "")
    .replaceAll(
      /^import (.+?) from "(.+?)";/gm,
      (_line, names, from) => `const ${pattern(names)} = await load("${from}");`,
    );
  // In a block of its own, so that an example may declare a name that is in scope already.
  const run = new AsyncFunction("load", ...Object.keys(scope), `{ ${body}\nreturn { ${exported} }; }`);
  return run(load, ...Object.values(scope));
}

/** `{ a as b }` of an import as the pattern of a declaration; a lone name is the default export. */
function pattern(names) {
  return names.startsWith("{") ? names.replaceAll(" as ", ": ") : `{ default: ${names} }`;
}
