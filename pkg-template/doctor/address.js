// The address that a client's socket goes to.

/** Hosts of this machine and of private networks, where no certificate can be had. As in src/realtime/address.js. */
const NEAR_HOSTS =
  /^(localhost|127\.[\d.]+|10\.[\d.]+|192\.168\.[\d.]+|172\.(1[6-9]|2\d|3[01])\.[\d.]+|169\.254\.[\d.]+|.+\.local(host)?|\[(::1|f[cd].*|fe[89ab].*)])$/;

/** The URL of the socket, as the client makes it out of its settings. Throws where the base URL is none. */
export function socketUrl(baseUrl, hash) {
  return urlOf(new URL(baseUrl), `rt/${hash}`);
}

/** The same on Realtime V2; a tenant that the base URL names stands before a canonical that names none. */
export function socketUrlV2(baseUrl, canonical) {
  const url = new URL(baseUrl);
  const [, tenant] = /^\/tenant\/([A-Za-z\d-]+)/.exec(url.pathname) ?? [];
  return urlOf(url, `ws/${tenant && !canonical.includes(":") ? `${tenant}:` : ""}${canonical}`);
}

function urlOf({ host, hostname, protocol }, path) {
  if (!host || !/^https?:$/.test(protocol)) throw new TypeError("no http:// or https:// URL");
  return new URL(`${protocol === "http:" && NEAR_HOSTS.test(hostname) ? "ws" : "wss"}://${host}/${path}`);
}

/** The host as Node's network functions want it: an IPv6 address without its brackets. */
export function hostOf({ hostname }) {
  return hostname.replace(/^\[(.*)]$/, "$1");
}

/** Whether a WebSocket handshake can carry the token: it travels as a subprotocol. */
export function isLegalToken(token) {
  return token !== undefined && /^[\w!#$%&'*+.^`|~-]+$/.test(token);
}
