// Deviations of server-sent events.

import { liveServer } from "../../support/live-server.js";
import { liveClient } from "../http/live-client.js";

export const streams = [
  {
    number: 32,
    title: "a refused stream is read as usual, so that its reason can be told",
    async play(library, t) {
      const events = [];
      const error = await asking(t, library, 403, '{"message":"no"}', events).catch((error) => error);
      const body = error.getResponse().getBody();
      return [error.message, error.getResponse().getStatusCode(), events, body instanceof ReadableStream || body];
    },
    original: ["There was an error with your request", 403, [], true],
    ours: ["There was an error with your request", 403, [], { message: "no" }],
  },
];

async function asking(t, library, status, text, events) {
  const apiGroupBaseUrl = await liveServer(t, (_, response) => {
    response.writeHead(status, { "content-type": "application/json" }).end(text);
  });
  return liveClient(t, library, { apiGroupBaseUrl }).get("/x", {}, {}, (event) => events.push(event));
}
