import { once } from "node:events";
import { createServer } from "node:http";

/** Starts a server for one test, with a listener of Node's HTTP server. Resolves with its address. */
export async function liveServer(t, answer) {
  const server = createServer(answer).listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${server.address().port}`;
}
