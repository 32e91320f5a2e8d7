// The steps below the socket: the address, its name, its certificate, an answer over HTTP.

import { lookup } from "node:dns/promises";
import { once } from "node:events";
import http from "node:http";
import https from "node:https";
import { isIP } from "node:net";
import tls from "node:tls";
import { hostOf } from "./address.js";
import { fails, failsAlone, holds, skipped } from "./outcome.js";

const PATIENCE_MS = 10_000;

export async function checkName({ url }) {
  const host = hostOf(url);
  if (isIP(host)) return holds(`${host} is an address: there is no name to look up.`);
  try {
    const { address } = await lookup(host);
    return holds(`${host} has the address ${address}.`);
  } catch (error) {
    return fails(
      `No address can be found for ${host} (${error.code}).`,
      "Check the spelling of the base URL; then check that this machine is on the network.",
    );
  }
}

export async function checkCertificate({ url }) {
  if (url.protocol === "ws:") return skipped("A base URL that begins with http:// uses no TLS.");
  const host = hostOf(url);
  const socket = tls.connect({ host, port: Number(url.port) || 443, servername: isIP(host) ? undefined : host });
  const tooLate = Object.assign(new Error("no answer"), { code: "ETIMEDOUT" });
  const timer = setTimeout(() => socket.destroy(tooLate), PATIENCE_MS);
  try {
    await once(socket, "secureConnect");
    return holds(`The certificate is valid for ${host}.`);
  } catch (error) {
    return certificateFault(error, url);
  } finally {
    clearTimeout(timer);
    socket.destroy();
  }
}

/** What each error of a TLS handshake means. */
function certificateFault(error, url) {
  const { code } = error;
  const host = hostOf(url);
  if (code === "ERR_TLS_CERT_ALTNAME_INVALID") {
    const names = error.cert?.subjectaltname?.replaceAll("DNS:", "") ?? "other names";
    return fails(
      `The certificate is for ${names}, not for ${host}.`,
      "Use a base URL with a name that the certificate has, or give the server a certificate for this name.",
    );
  }
  if (code === "CERT_HAS_EXPIRED") {
    return fails("The certificate has expired.", "Renew it; also check the clock of this machine.");
  }
  if (/SELF_SIGNED|UNABLE_TO_(VERIFY|GET_ISSUER)/.test(code)) {
    return fails(
      `The certificate is not signed by an authority that this machine trusts (${code}).`,
      "For a certificate of your own, give Node its authority: NODE_EXTRA_CA_CERTS=ca.pem. Browsers need it as well.",
    );
  }
  if (/^(EPROTO|ERR_SSL|ECONNRESET)/.test(code)) {
    return fails(
      `The server speaks no TLS on port ${url.port || 443} (${code}).`,
      "For a server without TLS on this machine or network, write http:// in the base URL.",
    );
  }
  return connectionFault(error, url);
}

export async function checkAnswer({ base, url }) {
  let response;
  try {
    response = await get(base);
  } catch (error) {
    return connectionFault(error, url);
  }
  const { statusCode: status, headers } = response;
  const target = headers.location && new URL(headers.location, base);
  if (status >= 300 && status < 400 && target && target.origin !== base.origin) {
    return failsAlone(
      `The server redirects to ${target.origin}.`,
      "Use that address as the base URL: a WebSocket follows no redirect.",
    );
  }
  if (status >= 500) {
    return failsAlone(
      `The server answers with status ${status}.`,
      "Wait until the instance is up, or look into its log.",
    );
  }
  return holds(`The server answers over HTTP (status ${status}).`);
}

async function get(url) {
  const request = (url.protocol === "https:" ? https : http).get(url, { agent: false });
  const tooLate = Object.assign(new Error("no answer"), { code: "ETIMEDOUT" });
  const timer = setTimeout(() => request.destroy(tooLate), PATIENCE_MS);
  try {
    const [response] = await once(request, "response");
    return response;
  } finally {
    clearTimeout(timer);
    request.once("error", () => {}).destroy();
  }
}

/** What each error of a connection means. */
function connectionFault({ code, message }, url) {
  const place = `${hostOf(url)}, port ${url.port || (url.protocol === "wss:" ? 443 : 80)}`;
  if (code === "ECONNREFUSED") {
    return fails(`Nothing listens at ${place}.`, "Start the server, or correct the port in the base URL.");
  }
  if (code === "ETIMEDOUT") {
    return fails(
      `${place} does not answer within ${PATIENCE_MS / 1_000} seconds.`,
      "Check the base URL, and whether a firewall or a proxy of this network is in between.",
    );
  }
  return fails(`No connection to ${place}: ${code ?? message}.`, "Check the base URL and the network of this machine.");
}
