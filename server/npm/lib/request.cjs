// HTTP requests to the server. `fetch` is missing in Jest's page-like environment, and it would refuse a certificate of
// the server's own authority.
"use strict";

const http = require("node:http");
const https = require("node:https");

/**
 * Sends a request, with `body` as JSON if there is one. Resolves to the `status` and `text` of the answer.
 *
 * @param {string} url
 * @param {{ method?: string, token?: string, body?: unknown }} [options]
 */
function request(url, { method = "GET", token, body } = {}) {
  const headers = {};
  if (token) headers.Authorization = `Bearer ${token}`;
  if (body !== undefined) headers["Content-Type"] = "application/json";
  const isSecure = url.startsWith("https:");
  // The certificate need not be verified, because this process has started the server itself.
  const options = isSecure ? { method, headers, rejectUnauthorized: false } : { method, headers };
  return new Promise((resolve, reject) => {
    const sent = (isSecure ? https : http).request(url, { ...options, agent: false }, (response) => {
      let text = "";
      response.setEncoding("utf8");
      response.on("data", (part) => (text += part));
      response.on("end", () => resolve({ status: response.statusCode, text }));
      response.on("error", reject);
    });
    sent.on("error", reject);
    sent.end(body === undefined ? undefined : JSON.stringify(body));
  });
}

module.exports = { request };
