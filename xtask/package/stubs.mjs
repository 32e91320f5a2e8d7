// Writes lib/ of the package: every module that @xano/js-sdk has below its lib/, with the same exports. The installed
// original is asked for its modules and their names; docs/packaging.md says why.
// node stubs.mjs <pkg-template> <package folder>
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { transformSync } from "esbuild";
import { originalModules } from "./original-modules.mjs";

const [template, folder] = process.argv.slice(2);
const { default: original } = await import("@xano/js-sdk");
const ours = await import(pathToFileURL(join(folder, "index.js")));

/** Names of the original that have another one here. */
const RENAMED = {
  XanoBaseClient: "XanoClient as XanoBaseClient",
  // An interface; the class of that name is exported by models/realtime-client.
  "interfaces/realtime-client": "XanoRealtimeSender as XanoRealtimeClient",
};
/** The original's script for script tags: it sets globals and exports nothing. */
const SETS_GLOBALS = "index.web";
const GLOBALS = Object.keys(original).filter((name) => /^XanoClient$|Storage$/.test(name));

for (const { path, values, types } of originalModules(SETS_GLOBALS)) {
  for (const [extension, text] of Object.entries(stub(path, values, types))) {
    const file = join(folder, "lib", `${path}${extension}`);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, `${text.trim()}\n`);
  }
}

/** One module for `import` and for `require`, each with its types. */
function stub(path, values, types) {
  const own = join(template, "lib", path);
  if (existsSync(`${own}.js`)) return written(`${own}`);
  const index = `${"../".repeat(path.split("/").length)}index`;
  if (path === "index") {
    const everything = (extension) => `export * from "${index}${extension}";`;
    return {
      ...{ ".js": everything(".js"), ".cjs": `module.exports = require("${index}.cjs");` },
      ...{ ".d.ts": everything(".js"), ".d.cts": everything(".cjs") },
    };
  }
  if (path === SETS_GLOBALS) {
    const set = `Object.assign(globalThis, { ${GLOBALS.join(", ")} });`;
    return {
      ".js": `import { ${GLOBALS.join(", ")} } from "${index}.js";\n${set}`,
      ".cjs": `const { ${GLOBALS.join(", ")} } = require("${index}.cjs");\n${set}`,
      ...{ ".d.ts": "export {};", ".d.cts": "export {};" },
    };
  }
  const named = [...values, ...types].map((name) => RENAMED[path] ?? RENAMED[name] ?? name);
  for (const name of values) {
    const [source] = (RENAMED[name] ?? name).split(" as ");
    if (!(source in ours)) throw new Error(`${path} of the original exports ${name}: index.js has nothing for it`);
  }
  const declared = (extension) =>
    `export ${values.length > 0 ? "" : "type "}{ ${named.join(", ")} } from "${index}${extension}";`;
  const assigned = named.map((name) => {
    const [source, exported = source] = name.split(" as ");
    return `exports.${exported} = require("${index}.cjs").${source};`;
  });
  return {
    ".js": values.length > 0 ? declared(".js") : "export {};",
    ".cjs": values.length > 0 ? assigned.join("\n") : "",
    ".d.ts": declared(".js"),
    ".d.cts": declared(".cjs"),
  };
}

/** What pkg-template has of its own. */
function written(file) {
  const [code, types] = [".js", ".d.ts"].map((extension) => readFileSync(file + extension, "utf8"));
  return {
    ".js": code,
    ".cjs": transformSync(code, { format: "cjs", charset: "utf8" }).code,
    ".d.ts": types,
    ".d.cts": types.replaceAll(/(from "[^"]+)\.js"/g, '$1.cjs"'),
  };
}
