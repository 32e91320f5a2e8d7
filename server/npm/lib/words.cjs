// What a person at the terminal is told about the demo; `npm start` says the same.
"use strict";

const { request } = require("./request.cjs");

/** @typedef {(url: string) => string | Promise<string>} Welcome what is printed when the server listens */

/**
 * A line of the server's standard output in words for a person.
 *
 * @param {string} line
 * @param {Welcome} [welcome]
 */
async function inWords(line, welcome = welcomeToDemo) {
  const url = /^listening on (\S+)$/.exec(line)?.[1];
  if (url) return welcome(url);
  const tokenFile = /^admin token in (.+)$/.exec(line)?.[1];
  // There is no file when the environment names a token: then the server makes none.
  return tokenFile ? `The admin token is in ${tokenFile}\n` : line;
}

/** @type {Welcome} */
async function welcomeToDemo(url) {
  const { realtimeConnectionHash: hash } = JSON.parse((await request(`${url}/connection.json`)).text);
  return `
The Marvel chat is ready:

    ${url}/

Open it in two tabs and write in one of them. Ctrl-C stops the server.

A page of your own reaches its channel marvel-chat-room with

    new XanoClient({
      instanceBaseUrl: "${url}",
      realtimeConnectionHash: "${hash}",
    })

Its Realtime Settings, which ask for the admin token:

    ${url}/settings
`;
}

module.exports = { inWords };
