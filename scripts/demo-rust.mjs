// npm run demo:rust: builds everything and serves the Marvel chat that is written in Rust.
import { buildLeptosChat, leptosChat } from "./lib/build.mjs";
import { demoParts, startServer, stopped } from "./lib/demo.mjs";
import { runParts } from "./lib/parts.mjs";

const port = process.env.PORT || "8080";

await runParts("build", [...demoParts(port), ["Marvel chat in Rust", buildLeptosChat]]);
if (!process.exitCode) {
  // Ctrl-C reaches the server too; this process waits until it has said goodbye to its clients.
  process.on("SIGINT", () => {});
  await stopped(startServer(port, undefined, "--www", leptosChat));
}
