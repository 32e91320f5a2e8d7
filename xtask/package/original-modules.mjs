// The modules below lib/ of the installed @xano/js-sdk, and what each exports.
import { readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, relative, sep } from "node:path";

const require = createRequire(import.meta.url);
const LIB = dirname(require.resolve("@xano/js-sdk/lib/index"));
const TYPE = /^export (?:declare )?(?:abstract )?(?:class|const|enum|function|interface|type) (\w+)/gm;

/** `path` has no extension. The module called `unloaded` sets globals when it is loaded, and exports nothing. */
export function originalModules(unloaded) {
  const files = readdirSync(LIB, { recursive: true, withFileTypes: true });
  const paths = files
    .filter((file) => file.isFile() && file.name.endsWith(".js"))
    .map((file) => relative(LIB, join(file.parentPath, file.name)).split(sep).join("/").slice(0, -".js".length))
    .sort();
  return paths.map((path) => {
    const values = path === unloaded ? [] : Object.keys(require(join(LIB, path)));
    const declared = [...readFileSync(join(LIB, `${path}.d.ts`), "utf8").matchAll(TYPE)].map(([, name]) => name);
    return { path, values, types: declared.filter((name) => !values.includes(name)) };
  });
}
