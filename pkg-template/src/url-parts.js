/** Scheme, host with its port, and host, as they stand in an absolute URL. */
const PARTS = /^([a-z][a-z\d+.-]*:)\/\/(?:[^/?#]*@)?((\[[^\]]*\]|[^/?#:]*)[^/?#]*)/i;

/**
 * The parts of a URL. React Native's `URL` keeps the text it was given: up to version 0.76 `host` and `origin` throw, later
 * `host` takes a number in the path for the port, and an absolute URL behind a base may become a path.
 * @param {string} url
 * @param {string | URL} [base]
 * @returns {{ protocol?: string, host?: string, hostname?: string, origin: string }}
 */
export function urlParts(url, base) {
  if (ONLY_BROWSERS) return new URL(url, base);
  const { href } = PARTS.test(url) ? new URL(url) : new URL(url, base);
  const [, protocol, host, hostname] = PARTS.exec(href) ?? [];
  return { protocol, host, hostname, origin: `${protocol}//${host}` };
}
