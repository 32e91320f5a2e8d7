// The sentences about the demo for a person at the terminal. `npm start` prints the same ones.
"use strict";

const { request } = require("./request.cjs");

/** @typedef {(url: string) => string | Promise<string>} Welcome the text that is printed when the server listens */

/**
 * Returns a line of the server's standard output as a sentence for a person.
 *
 * @param {string} line
 * @param {Welcome} [welcome]
 */
async function inWords(line, welcome = welcomeToDemo) {
  const url = /^listening on (\S+)$/.exec(line)?.[1];
  if (url) return welcome(url);
  const tokenFile = /^admin token in (.+)$/.exec(line)?.[1];
  // There is no file if the environment contains a token.
  return tokenFile ? `The admin token is in ${tokenFile}\n` : line;
}

/** @type {Welcome} */
async function welcomeToDemo(url) {
  const { realtimeConnectionHash: hash, realtimeV2Canonical } = JSON.parse(
    (await request(`${url}/connection.json`)).text,
  );
  const onV2 = realtimeV2Canonical ? `\n    ${url}/?realtime=2    on Realtime V2\n` : "";
  const pageOnV2 = realtimeV2Canonical ? pageOfV2(url, realtimeV2Canonical) : "";
  return `
The Marvel chat is ready:

    ${url}/
${onV2}
Open it in two tabs and write in one of them. Ctrl-C stops the server.

A page of your own reaches its channel marvel-chat-room with

    new XanoClient({
      instanceBaseUrl: "${url}",
      realtimeConnectionHash: "${hash}",
    })
${pageOnV2}
Its Realtime Settings, which ask for the admin token:

    ${url}/settings
`;
}

/**
 * @param {string} url
 * @param {string} canonical
 */
function pageOfV2(url, canonical) {
  return `
and on Realtime V2, where each message has a type, with

    new XanoClient({
      instanceBaseUrl: "${url}",
      realtimeCanonical: "${canonical}",
      realtimeVersion: 2,
    }).channel("marvel-chat-room", { messageType: "send" })
`;
}

module.exports = { inWords };
