// What the network does in the corpus, and what was seen on it: the same for the original's XMLHttpRequest and for our
// fetch.

const JSON_ANSWER = { body: "{}", headers: { "content-type": "application/json" } };

export const network = {
  /** The last request, in one form for both. */
  seen: undefined,
  /** What it is answered: an answer, "fail", "hang", or "hang in body". */
  answer: JSON_ANSWER,

  reset(answer = JSON_ANSWER) {
    this.seen = undefined;
    this.answer = answer;
  },
};

/** For ours. */
export async function fakeFetch(url, init) {
  const { signal } = init;
  if (!signal.aborted) {
    network.seen = {
      method: init.method,
      url: withoutHash(url),
      headers: Object.fromEntries(new Headers(init.headers)),
      body: await contentOf(init.body),
      credentials: init.credentials,
    };
  }
  const { answer } = network;
  if (answer === "fail") throw new TypeError("fetch failed");
  if (answer === "hang") {
    return new Promise((_, reject) => {
      const stop = () => reject(signal.reason);
      if (signal.aborted) stop();
      else signal.addEventListener("abort", stop);
    });
  }
  if (answer === "hang in body") {
    const start = (controller) => signal.addEventListener("abort", () => controller.error(signal.reason));
    return new Response(new ReadableStream({ start }));
  }
  // Node gives a text answer a type of its own making; a browser gives it none.
  const untyped = answer.body !== null && !("content-type" in answer.headers);
  const headers = untyped ? { ...answer.headers, "content-type": "" } : answer.headers;
  return new Response(answer.body, { status: answer.status ?? 200, headers });
}

/** For the original. */
export class FakeXMLHttpRequest {
  headers = {};
  responseType = "";
  withCredentials = false;
  onloadend = null;

  open(method, url) {
    Object.assign(this, { method, url });
  }

  setRequestHeader(name, value) {
    const key = name.toLowerCase();
    this.headers[key] = key in this.headers ? `${this.headers[key]}, ${value}` : `${value}`;
  }

  getAllResponseHeaders() {
    return Object.entries(network.answer?.headers ?? {})
      .map((entry) => entry.join(": "))
      .join("\r\n");
  }

  abort() {
    clearTimeout(this.timer);
  }

  async send(body) {
    network.seen = {
      method: this.method,
      url: withoutHash(this.url),
      headers: this.headers,
      body: await contentOf(body),
      credentials: this.withCredentials ? "include" : "same-origin",
    };
    const { answer } = network;
    if (answer === "fail") return this.onerror({});
    if (answer === "hang") {
      if (this.timeout) this.timer = setTimeout(() => this.ontimeout(), this.timeout);
      return;
    }
    this.status = answer.status ?? 200;
    this.statusText = "";
    const text = answer.body ?? "";
    if (this.responseType === "arraybuffer") this.response = new TextEncoder().encode(text).buffer;
    else this.responseText = this.response = text;
    this.onloadend();
  }
}

function withoutHash(url) {
  return new URL(url).href.split("#")[0];
}

async function contentOf(body) {
  if (body === undefined || body === null || typeof body === "string") return body ?? null;
  const fields = [];
  for (const [name, value] of body) {
    const isText = typeof value === "string";
    fields.push([name, isText ? value : ["file", value.name, value.type, await value.text()]]);
  }
  return fields;
}
