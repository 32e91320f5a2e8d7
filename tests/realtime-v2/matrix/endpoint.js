// Handlers and triggers for the matrix: each path behaves as its word says.

import { once } from "node:events";
import { createServer } from "node:http";

/** The payload of the message that ends a trial. No trigger changes it. */
export const END = "end";
export const CHANGED = { text: "changed" };

const ANSWERS = {
  admits: true,
  denies: { allowed: false, reason: "Denied by the trigger" },
  drops: null,
  changes: CHANGED,
};

/** Starts the endpoint; `urlOf(word)` is one of its URLs. */
export async function startEndpoint() {
  const server = createServer(async (request, response) => {
    const word = request.url.slice(1);
    const { payload } = JSON.parse(Buffer.concat(await request.toArray()));
    if (word === "fails" && payload !== END) return response.writeHead(500).end();
    response.end(JSON.stringify(payload === END ? true : ANSWERS[word]));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    urlOf(word) {
      if (word !== "fails" && !(word in ANSWERS)) throw new Error(`no endpoint ${word}`);
      return `http://127.0.0.1:${server.address().port}/${word}`;
    },
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}
