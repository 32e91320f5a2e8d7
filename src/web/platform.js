// What the platform is asked for: addresses and tokens of sockets, timers, random numbers.

import { ELAPSED, NO_TOKEN, TOKEN, enter, enter_with, run } from "./wire.js";

/** How long a token function may take. */
const TOKEN_DEADLINE_MS = 10_000;
/** A timer that is overdue by more says that the page has slept. The same number stands in watch.rs. */
const SLEPT_AFTER_MS = 75_000;

/** When each timer that runs is due. */
const timers = new Map();

export function hasSlept() {
  const now = performance.now();
  return [...timers.values()].some((due) => now - due > SLEPT_AFTER_MS);
}

/** Hosts of this machine and of private networks, as a URL parser leaves them, where no certificate can be had. */
const NEAR_HOSTS =
  /^(localhost|127\.[\d.]+|10\.[\d.]+|192\.168\.[\d.]+|172\.(1[6-9]|2\d|3[01])\.[\d.]+|169\.254\.[\d.]+|.+\.local(host)?|\[(::1|f[cd].*|fe[89ab].*)])$/;

/**
 * The socket's address: the URL's host and port, its path dropped, and the connection's segment. Only near hosts get
 * `ws:`, where the URL says `http:`: a page that was configured with `http://….xano.io` works with the original.
 */
export function socket_url(base, segment) {
  const { host, hostname, protocol } = new URL(base);
  if (!host) throw new TypeError("no host");
  return `${protocol === "http:" && NEAR_HOSTS.test(hostname) ? "ws" : "wss"}://${host}/rt/${segment}`;
}

export function token_of({ config }) {
  return config.realtimeAuthToken || undefined;
}

/** A token travels as a WebSocket subprotocol: the token of RFC 9110, section 5.6.2. */
export function is_legal_token(token) {
  return typeof token === "string" && /^[\w!#$%&'*+.^`|~-]+$/.test(token);
}

export function random() {
  return Math.random();
}

/** A timer that only `looks` after an open socket keeps no program on Node from ending. */
export function set_timer(connection, number, after_ms, looks) {
  const due = performance.now() + after_ms;
  const timer = setTimeout(() => {
    timers.delete(timer);
    run(() => enter(ELAPSED, connection, number, Math.max(0, performance.now() - due)));
  }, after_ms);
  timers.set(timer, due);
  if (looks) timer.unref?.();
  return timer;
}

export function clear_timer(timer) {
  timers.delete(timer);
  clearTimeout(timer);
}

export function ask_for_token(provide, connection, epoch, memberships) {
  memberships.failed = undefined;
  const answer = (event) => (given) => run(() => enter_with(given, event, connection, epoch));
  let timer;
  const deadline = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error("it took longer than 10 seconds")), TOKEN_DEADLINE_MS);
  });
  Promise.race([new Promise((resolve) => resolve(provide())), deadline])
    .then(answer(TOKEN), answer(NO_TOKEN))
    .finally(() => clearTimeout(timer));
}
