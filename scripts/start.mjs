// npm start: builds everything and serves the Marvel chat demo, with the message handler of its Realtime V2.
import { demoParts, startDemo, stopped } from "./lib/demo.mjs";
import { startHandler, writeSettings } from "./lib/demo-handler.mjs";
import { runParts } from "./lib/parts.mjs";

const port = process.env.PORT || "8080";

await runParts("build", demoParts(port));
if (!process.exitCode) {
  // Ctrl-C reaches the server too; this process waits until it has said goodbye to its clients.
  process.on("SIGINT", () => {});
  const { XANO_CONFIG, XANO_REDIS } = process.env;
  // Settings of the user's own name their own handlers, and servers on one Redis have no Realtime V2.
  await (XANO_CONFIG || XANO_REDIS ? stopped(startDemo(port)) : serveWithHandler());
}

async function serveWithHandler() {
  const handler = await startHandler();
  try {
    // The server reads the key, by which the handler knows it, from its environment.
    process.env.XANO_TRIGGER_SECRET = handler.secret;
    await stopped(startDemo(port, undefined, "--config", await writeSettings(handler.url)));
  } finally {
    await handler.stop();
  }
}
