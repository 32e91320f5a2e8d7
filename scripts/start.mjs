// npm start: builds everything and serves the Marvel chat demo.
import { demoParts, startDemo, stopped } from "./lib/demo.mjs";
import { runParts } from "./lib/parts.mjs";

const port = process.env.PORT || "8080";

await runParts("build", demoParts(port));
if (!process.exitCode) {
  // Ctrl-C reaches the server too; this process waits until it has said goodbye to its clients.
  process.on("SIGINT", () => {});
  await stopped(startDemo(port));
}
