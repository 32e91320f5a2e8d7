// Serves pages to the browser under test: inline texts and folders, each under its own path.

import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { extname, join, normalize } from "node:path";

const TYPES = {
  ".css": "text/css",
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript",
  ".json": "application/json",
  ".map": "application/json",
  ".wasm": "application/wasm",
};

/**
 * @param {object} site
 * @param {Record<string, string>} [site.pages] path -> HTML
 * @param {Record<string, string>} [site.folders] path prefix, `/` at its end -> folder
 */
export async function startStaticServer({ pages = {}, folders = {} }) {
  const server = createServer(async (request, response) => {
    const { pathname } = new URL(request.url, "http://localhost");
    try {
      const [type, body] = await find(pathname);
      response.writeHead(200, { "content-type": type }).end(body);
    } catch {
      response.writeHead(404).end();
    }
  });

  async function find(pathname) {
    if (Object.hasOwn(pages, pathname)) return [TYPES[".html"], pages[pathname]];
    const prefix = Object.keys(folders).find((prefix) => pathname.startsWith(prefix));
    const path = normalize(decodeURIComponent(pathname.slice(prefix.length)));
    return [TYPES[extname(path)] ?? "application/octet-stream", await readFile(join(folders[prefix], path))];
  }

  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}
