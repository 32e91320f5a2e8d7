// A message handler of the Marvel chat, on Node alone. The server asks it about each message `send` and delivers what it
// answers. It vouches for what a browser may only claim: the name of a user, and that a message is private.
//
//   XANO_TRIGGER_SECRET=… node marvel-chat.mjs        PORT chooses the port, 8090 by default

import { createHmac, randomInt, timingSafeEqual } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:http";

/** The key of the server's requests. Without it, anyone who reaches this port could pass for the server. */
const secret = process.env.XANO_TRIGGER_SECRET;
const port = Number(process.env.PORT ?? 8090);

const MOST_BYTES = 1024 * 1024;
const MOST_CHARACTERS = 4000;
/** The age at which a request is refused, in seconds, so that a recorded one is worth nothing later. */
const MOST_SECONDS = 300;

/** Returns what is delivered in place of a payload; `null` drops the message. */
function answer({ client, options, payload }) {
  // A page that sends plain words sends a text.
  const { name, text, from, key } = typeof payload === "string" ? { text: payload } : (payload ?? {});
  const words = textOf(text, MOST_CHARACTERS);
  if (words === "") return null;
  return {
    // A guest is who they say they are; a user has the name in the token.
    name: textOf(client?.extras?.name, 40) || textOf(name, 40) || "Guest",
    text: words === "/roll" ? `rolls a ${randomInt(1, 7)}` : words,
    from: textOf(from, 40),
    key: textOf(key, 40),
    private: options.to !== undefined,
  };
}

function textOf(value, mostCharacters) {
  return typeof value === "string" ? value.trim().slice(0, mostCharacters) : "";
}

/** Returns whether the server has signed this body, and not long ago. */
function isSigned(header, body) {
  const [, seconds, signature] = /^t=(\d+),v1=([0-9a-f]{64})$/.exec(header ?? "") ?? [];
  if (!signature || Math.abs(Date.now() / 1000 - Number(seconds)) > MOST_SECONDS) return false;
  const expected = createHmac("sha256", secret).update(`${seconds}.`).update(body).digest();
  return timingSafeEqual(Buffer.from(signature, "hex"), expected);
}

/** Returns the body, or nothing if it is too long. */
async function bodyOf(request) {
  const pieces = [];
  let bytes = 0;
  for await (const piece of request) {
    bytes += piece.length;
    // A body that is left unread takes the connection with it, and the answer.
    if (bytes <= MOST_BYTES) pieces.push(piece);
  }
  return bytes > MOST_BYTES ? undefined : Buffer.concat(pieces);
}

async function respond(request, response) {
  const body = request.method === "POST" ? await bodyOf(request) : undefined;
  if (!body) return response.writeHead(request.method === "POST" ? 413 : 405).end();
  if (!isSigned(request.headers["x-xano-signature"], body)) return response.writeHead(401).end();
  const json = JSON.stringify(answer(JSON.parse(body)));
  response.writeHead(200, { "content-type": "application/json" }).end(json);
}

if (!secret) {
  console.error("XANO_TRIGGER_SECRET is not set: give this handler the key of the server's --trigger-secret-file.");
  process.exit(1);
}
const server = createServer((request, response) => {
  respond(request, response).catch((error) => {
    console.error(`A request failed: ${error.message}`);
    if (response.headersSent) response.destroy();
    else response.writeHead(400).end();
  });
});
server.listen(port, "127.0.0.1");
await once(server, "listening");
console.log(`message handler on http://127.0.0.1:${server.address().port}/`);
// A program that has started this one with a channel between them ends it by ending itself.
process.on("disconnect", () => process.exit());
