// The demo, which the command serves if it has no arguments: its arguments, its output, and the advice for a port in
// use.
"use strict";

const { once } = require("node:events");
const { createServer } = require("node:net");
const { createInterface } = require("node:readline");
const { inWords } = require("./words.cjs");

const HOST = "127.0.0.1";
/** `PORT` chooses another port, as for `npm start`. */
const port = process.env.PORT || "8080";

/**
 * Returns whether neither arguments nor variables of the server are set.
 *
 * @param {string[]} args
 */
function isWanted(args) {
  const isConfigured = Object.keys(process.env).some((name) => /^XANO_(?!SERVER_BINARY$)/.test(name));
  return args.length === 0 && !isConfigured;
}

function demoArguments() {
  return ["--demo", "--listen", `${HOST}:${port}`];
}

/**
 * Prints the lines of the server's standard output as sentences for a person, until it ends. Resolves to whether the
 * server has listened.
 *
 * @param {import("node:stream").Readable | null} stdout
 * @param {import("./words.cjs").Welcome} [welcome]
 */
async function printInWords(stdout, welcome) {
  let hasListened = false;
  for await (const line of createInterface({ input: /** @type {import("node:stream").Readable} */ (stdout) })) {
    hasListened ||= line.startsWith("listening on ");
    console.log(await inWords(line, welcome));
  }
  return hasListened;
}

/** Returns advice if the port is in use. The server itself has printed why it failed. */
async function adviceOnPort() {
  const probe = createServer();
  try {
    probe.listen(Number(port), HOST);
    await once(probe, "listening");
    probe.close();
  } catch {
    return (
      `Port ${port} cannot be used. Take a free one: \`npx xano-realtime-server --demo --listen ${HOST}:0\`, ` +
      "or choose one with the variable PORT."
    );
  }
}

module.exports = { adviceOnPort, demoArguments, isWanted, printInWords };
