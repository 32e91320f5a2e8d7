// Every way a page can load a client, each as one blank page that ends up with `window.XanoClient`.

import { access, cp, mkdtemp, mkdir, rm, symlink } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { startStaticServer } from "./static-server.js";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const PACKAGE = here("../../pkg");
const VITE_APP = here("../fixtures/vite-app");

/** The ways to load ours; `plain` has no WebAssembly. Beside them `original` loads @xano/js-sdk. */
export const WAYS_TO_LOAD = ["script", "vite", "slim", "plain"];

/** Serves a page per way. `pageOf(client)` is its address; Vite's bundle is built at the first call for it. */
export async function startPages() {
  const bundles = await mkdtemp(join(tmpdir(), "xano-vite-"));
  const site = await startStaticServer({
    pages: {
      "/script.html": page(`<script src="/pkg/dist/xano.min.js"></script>`),
      "/plain.html": page(`
        <script>delete window.WebAssembly;</script>
        <script src="/pkg/dist/xano.js.min.js"></script>`),
      "/original.html": page(`<script src="/original/xano.min.js"></script>`),
      "/slim.html": page(`
        <script type="importmap">{ "imports": { "xano-wasm/slim": "/pkg/slim.js" } }</script>
        <script type="module">
          import { init, XanoClient } from "xano-wasm/slim";
          await init();
          window.XanoClient = XanoClient;
        </script>`),
    },
    folders: { "/pkg/": PACKAGE, "/original/": originalFolder(), "/vite/": join(bundles, "dist") },
  });
  let viteBuild;
  return {
    async pageOf(client) {
      if (client !== "original") await packageBuilt();
      if (client !== "vite") return `${site.url}/${client}.html`;
      viteBuild ??= bundleWithVite(bundles);
      await viteBuild;
      return `${site.url}/vite/index.html`;
    },
    async close() {
      await site.close();
      await rm(bundles, { recursive: true, force: true });
    },
  };
}

/**
 * The original always connects to `wss://{host}/…` and drops the port.
 * To be run in the page before it loads: takes its sockets to the local server.
 */
export function sendSocketsTo(port) {
  const Native = window.WebSocket;
  window.WebSocket = class WebSocket extends Native {
    constructor(url, protocols) {
      super(String(url).replace(/^wss:\/\/[^/]+/, `ws://127.0.0.1:${port}`), protocols);
    }
  };
}

function page(body) {
  return `<!doctype html><html lang="en"><meta charset="utf-8"><title>test</title><body>${body}</body></html>`;
}

async function packageBuilt() {
  await access(join(PACKAGE, "package.json")).catch(() => {
    throw new Error(`no package in ${PACKAGE}: run \`npm run build\``);
  });
}

function originalFolder() {
  return join(dirname(createRequire(import.meta.url).resolve("@xano/js-sdk/package.json")), "dist");
}

/** As a user's project does it: the package under node_modules, found through its `exports`. */
async function bundleWithVite(folder) {
  const { build } = await import("vite");
  const root = join(folder, "app");
  await cp(VITE_APP, root, { recursive: true });
  await mkdir(join(root, "node_modules"));
  await symlink(PACKAGE, join(root, "node_modules/xano-wasm"), "junction");
  await build({ root, base: "/vite/", logLevel: "error", build: { outDir: join(folder, "dist"), emptyOutDir: true } });
}
