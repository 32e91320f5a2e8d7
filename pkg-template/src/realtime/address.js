import { hinted } from "../errors.js";
import { urlParts } from "../url-parts.js";

/** @import { Config } from "../types.js" */

const HINT = "Both stand in the Realtime Settings; pass them to new XanoClient.";
const SPELLINGS = " (realtimeCanonical and realtimeConnectionHash are other names of it)";

/** Hosts of this machine and of private networks, as a URL parser leaves them, where no certificate can be had. */
const NEAR_HOSTS =
  /^(localhost|(127|10|192\.168|172\.(1[6-9]|2\d|3[01])|169\.254)\.[\d.]+|.+\.local(host)?|\[(::1|f[cd].*|fe[89ab].*)])$/;

/** The one before: the channels of a client share the text. */
let latest = "";

/**
 * Where the socket of a client with these settings goes.
 * @param {Config} config
 */
export function socketAddress(config) {
  const base = config.instanceBaseUrl || config.apiGroupBaseUrl;
  const segment = config.realtimeConnectionCanonical || config.realtimeCanonical || config.realtimeConnectionHash;
  if (!base || !segment) {
    const missing = base ? "realtimeConnectionCanonical" : "instanceBaseUrl or apiGroupBaseUrl";
    throw hinted(
      `Please configure ${missing} setting before connecting to realtime${HELP && base ? SPELLINGS : ""}`,
      HINT,
    );
  }
  try {
    const address = socketUrl(base, segment, config.realtimeVersion);
    if (address !== latest) latest = address;
    return latest;
  } catch (cause) {
    throw new Error(
      `The base URL "${base}" is none${HELP ? ": it has to begin as in https://x8ki-letl-twmt.n7.xano.io" : ""}`,
      {
        cause,
      },
    );
  }
}

/**
 * The socket's address: the URL's host and port, its path dropped, and the connection's segment. Only near hosts get
 * `ws:`, where the URL says `http:`: a page that was configured with `http://….xano.io` works with the original.
 * @param {string} base
 * @param {string} segment
 * @param {number} [version] of Realtime
 */
export function socketUrl(base, segment, version) {
  const { host, hostname = "", protocol } = urlParts(base);
  if (!host) throw new TypeError("no host");
  const path = version === 2 ? `ws/${tenantIn(base, segment)}` : "rt/";
  return `${protocol === "http:" && NEAR_HOSTS.test(hostname) ? "ws" : "wss"}://${host}/${path}${segment}`;
}

/**
 * The tenant that a base URL names, `https://x8.xano.io/tenant/acme`, as V2 has it before a canonical that names none.
 * @param {string} base
 * @param {string} canonical
 */
function tenantIn(base, canonical) {
  const tenant = !canonical.includes(":") && /\/\/[^/]+\/tenant\/([\w-]+)/.exec(base);
  return tenant ? `${tenant[1]}:` : "";
}
