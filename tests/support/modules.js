// The modules of the package around the built wasm, in one bundle: a test sees what the modules keep, and may change them.

import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const SOURCES = new URL("../../pkg-template/src/", import.meta.url);

export const WASM = fileURLToPath(new URL("../../pkg/xano.wasm", import.meta.url));

/**
 * The text of the bundle. `entry` is the module that imports what a test wants, `boot` stands for `wasm:boot`, and `changed`
 * says how the text of a module is changed: `{ file, from, to }`, the file below pkg-template/src.
 */
export async function bundleModules({ entry, boot, format, changed }) {
  const { outputFiles } = await build({
    stdin: { contents: entry, resolveDir: fileURLToPath(SOURCES) },
    bundle: true,
    format,
    platform: "node",
    write: false,
    define: { VERSION: '"test"', ONLY_BROWSERS: "false", HELP: "true" },
    plugins: [booting(boot), ...(changed ? [changing(changed)] : [])],
  });
  return Buffer.from(outputFiles[0].contents).toString();
}

function booting(contents) {
  return {
    name: "boot",
    setup({ onResolve, onLoad }) {
      onResolve({ filter: /^wasm:boot$/ }, () => ({ path: "boot", namespace: "boot" }));
      onLoad({ filter: /./, namespace: "boot" }, () => ({ contents }));
    },
  };
}

function changing({ file, from, to }) {
  const path = fileURLToPath(new URL(file, SOURCES));
  return {
    name: "change",
    setup({ onLoad }) {
      onLoad({ filter: /\.js$/, namespace: "file" }, async (module) => {
        if (module.path !== path) return undefined;
        const text = await readFile(path, "utf8");
        if (text.split(from).length !== 2) throw new Error(`"${from}" is not there once in ${file}: adapt the change`);
        return { contents: text.replace(from, () => to) };
      });
    },
  };
}
