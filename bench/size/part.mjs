// What a page has to load: ours, the original, and the clients of other services, bundled in the same way.

import { createRequire } from "node:module";
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { build } from "esbuild";
import { FILES, sizesOfContent } from "../../xtask/check/sizes.mjs";
import { atMost } from "../lib/budget.mjs";

const bench = join(import.meta.dirname, "..");
const root = join(bench, "..");
const original = dirname(createRequire(import.meta.url).resolve("@xano/js-sdk/package.json"));

const PEERS = ["ably", "centrifuge", "pusher-js", "@supabase/realtime-js", "socket.io-client", "phoenix"];

/** Must: the original's own script. Goal: socket.io-client. */
const BUDGETS = {
  "dist/xano.min.js": [
    atMost("gzip", { must: 20_664, goal: 13_818 }),
    atMost("brotli", { must: 18_238, goal: 12_633 }),
  ],
};

export const part = {
  name: "size",
  unit: "bytes",

  async run({ progress }) {
    const rows = FILES.map((file) => row(`ours, ${file}`, readFileSync(join(root, "pkg", file)), BUDGETS[file]));
    rows.push(row("@xano/js-sdk, dist/xano.min.js", readFileSync(join(original, "dist/xano.min.js"))));
    rows.push(row("@xano/js-sdk, from npm", await bundled("@xano/js-sdk", root)));
    for (const peer of PEERS) {
      progress(peer);
      const { version } = JSON.parse(readFileSync(join(bench, "node_modules", peer, "package.json"), "utf8"));
      rows.push(row(`${peer} ${version}`, await bundled(peer, bench)));
    }
    return rows;
  },
};

function row(name, content, budgets) {
  return { name, values: sizesOfContent(content), ...(budgets && { budgets }) };
}

/** What a page gets that imports the package. */
async function bundled(name, resolveDir) {
  const { outputFiles } = await build({
    stdin: { contents: `import * as everything from "${name}"; globalThis.client = everything;`, resolveDir },
    bundle: true,
    minify: true,
    format: "iife",
    platform: "browser",
    legalComments: "none",
    logLevel: "error",
    write: false,
  });
  return outputFiles[0].contents;
}
