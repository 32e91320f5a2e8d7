// The client of the admin's endpoints. The token exists only here: not in the URL, not in storage, and not in the page.

const PATH = "/api:meta/workspace/1/realtime";
const PATIENCE_MS = 10_000;

export class AdminApi {
  #token;

  constructor(token) {
    this.#token = token;
  }

  settings() {
    return this.#ask("GET", "");
  }

  /** Replaces the settings. Resolves to the settings in force; rejects with the reason of the server's refusal. */
  replace(settings) {
    return this.#ask("PUT", "", JSON.stringify(settings));
  }

  live() {
    return this.#ask("GET", "/live");
  }

  async #ask(method, below, body) {
    const request = {
      method,
      body,
      headers: { authorization: `Bearer ${this.#token}` },
      credentials: "omit",
      signal: AbortSignal.timeout(PATIENCE_MS),
    };
    const answer = await fetch(`${PATH}${below}`, request).catch(() => {
      throw new ApiFailure("The server cannot be reached. Is it still running?");
    });
    const content = await answer.json().catch(() => null);
    if (answer.ok && content) return content;
    throw new ApiFailure(content?.message ?? `The server answered with status ${answer.status}.`, answer.status);
  }
}

/** An error that the user sees. `status` is undefined if the server sent no answer. */
export class ApiFailure extends Error {
  constructor(message, status) {
    super(message);
    this.status = status;
  }

  get isUnauthorized() {
    return this.status === 401;
  }
}
