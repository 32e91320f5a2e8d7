// The model of the V2 service behind real WebSockets, on a free port of 127.0.0.1.

import { once } from "node:events";
import { createServer } from "node:http";
import { WebSocketServer } from "ws";
import { Service } from "./v2/service.js";

const BROKEN = 1006;
const NO_STATUS = 1005;

/** The clock of the process. */
const realClock = {
  get now() {
    return performance.now();
  },
  set: (run, after_ms) => setTimeout(run, after_ms),
  clear: (timer) => clearTimeout(timer),
};

/** @param {object} options as for `Service`; without a clock of the test's own, time is real */
export async function startV2Service({ clock = realClock, ...options }) {
  const service = new Service({ clock, ...options });
  // A browser fails the handshake unless the token comes back as the subprotocol.
  const sockets = new WebSocketServer({ noServer: true, handleProtocols: (protocols) => [...protocols][0] });
  const http = createServer((_request, response) => response.writeHead(404).end());
  http.on("upgrade", (request, socket, head) => {
    if (service.serves(request.url))
      sockets.handleUpgrade(request, socket, head, (open) => attach(service, open, request));
    else socket.end("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
  });
  http.listen(0, "127.0.0.1");
  await once(http, "listening");
  const { port } = http.address();
  return {
    service,
    baseUrl: `http://127.0.0.1:${port}`,
    socketUrl: (address) => `ws://127.0.0.1:${port}/ws/${address}`,
    async close() {
      for (const socket of sockets.clients) socket.terminate();
      http.close();
      await once(http, "close");
    },
  };
}

function attach(service, socket, { url }) {
  const connection = service.connect(
    { path: url, token: socket.protocol || undefined },
    {
      deliver: (text) => socket.send(text),
      close(code, reason) {
        if (code === BROKEN) socket.terminate();
        else if (code === NO_STATUS) socket.close();
        else socket.close(code, reason);
      },
    },
  );
  // A binary frame is no text, and so no frame of this protocol.
  socket.on("message", (data, isBinary) => connection.receive(isBinary ? "" : String(data)));
  socket.on("close", () => connection.ended());
  // A close follows every error.
  socket.on("error", () => {});
}
