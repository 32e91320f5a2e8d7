// The least server that a library can talk to. It answers joins, on the channel "hello" with a message behind the answer,
// and sends messages back, as servers do. One whose payload is `{ flood }` is answered with that many messages, as fast
// as the socket takes them; one with `{ unanswered }` is not answered.

import { once } from "node:events";
import { Sender, WebSocketServer } from "ws";
import { framesFor, namesOf } from "../in-page/frames.js";

/** Large enough that making system calls is not what limits it. */
const CHUNK_BYTES = 65_536;

export async function startSpeaker() {
  const server = new WebSocketServer({ host: "127.0.0.1", port: 0, perMessageDeflate: false });
  await once(server, "listening");
  server.on("connection", (socket, request) => {
    const { socket: wire } = request;
    wire.setNoDelay();
    const answer = (action, options, payload) =>
      socket.send(JSON.stringify({ action, client: null, options, payload }));
    socket.on("message", (data) => {
      const { action, options, payload } = JSON.parse(data);
      if (payload?.unanswered) return;
      if (payload?.flood) return flood(wire, payload);
      answer(action, options, action === "join" ? {} : payload);
      if (action === "join" && options.channel === "hello") answer("message", options, "Hello");
    });
  });
  return {
    url: `ws://127.0.0.1:${server.address().port}`,
    async close() {
      for (const socket of server.clients) socket.terminate();
      server.close();
      await once(server, "close");
    },
  };
}

async function flood(wire, { flood: count, channels, bytes }) {
  const frames = framesFor(namesOf(channels), bytes).map(encoded);
  for (let index = 0; index < count; ) {
    const chunk = [];
    for (let size = 0; size < CHUNK_BYTES && index < count; index++) {
      chunk.push(frames[index % frames.length]);
      size += chunk.at(-1).length;
    }
    if (!wire.write(Buffer.concat(chunk))) await once(wire, "drain");
  }
}

/** A text frame as it goes over the wire. */
function encoded(text) {
  const options = { fin: true, rsv1: false, opcode: 1, mask: false, readOnly: true };
  return Buffer.concat(Sender.frame(Buffer.from(text), options));
}
