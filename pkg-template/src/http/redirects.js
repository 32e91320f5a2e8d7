/** @typedef {Omit<RequestInit, "headers"> & { method: string, headers: Headers }} Init */

/** Fetch follows as many. */
const MOST_REDIRECTS = 20;
const REDIRECTS = [301, 302, 303, 307, 308];
/** What goes along to another origin: nothing that could be a secret of the one before. */
const HARMLESS = ["accept", "content-type"];

/**
 * Fetches, and follows redirects without taking secrets to another origin, where the platform shows them.
 * @param {string} url
 * @param {Init} init
 */
export function followed(url, init) {
  // Browsers follow redirects by themselves and show nothing of them. The bundle for script tags runs in browsers alone.
  // Workers of browsers have the function `importScripts`; Cloudflare Workers and workers of Deno do not have it.
  const isBrowser = ONLY_BROWSERS || typeof document !== "undefined" || "importScripts" in globalThis;
  return isBrowser ? fetch(url, init) : follow(url, init);
}

/**
 * As https://fetch.spec.whatwg.org/#http-redirect-fetch has it, save for the headers.
 * @param {string} url
 * @param {Init} init
 * @returns {Promise<Response>}
 */
async function follow(url, { method, headers, body, ...init }) {
  for (let left = MOST_REDIRECTS; ; left--) {
    const response = await fetch(url, { ...init, method, headers, body, redirect: "manual" });
    const { status } = response;
    const location = REDIRECTS.includes(status) && response.headers.get("location");
    if (!location) return response;
    await response.body?.cancel();
    const target = new URL(location, url);
    if (left === 0) throw new TypeError(`more than ${MOST_REDIRECTS} redirects`);
    if (!/^https?:$/.test(target.protocol)) throw new TypeError(`a redirect to ${target.protocol}`);
    if (target.origin !== new URL(url).origin) {
      for (const name of [...headers.keys()]) if (!HARMLESS.includes(name)) headers.delete(name);
    }
    if (status === 303 ? method !== "GET" && method !== "HEAD" : status < 303 && method === "POST") {
      method = "GET";
      body = undefined;
      headers.delete("content-type");
    }
    url = target.href;
  }
}
