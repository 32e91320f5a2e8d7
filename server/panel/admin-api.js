// The admin's endpoints. The token is here and nowhere else: not in the address, not in storage, not in the page.

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

  /** Resolves to the settings in force; rejects with what the server refused. */
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

/** What is told to the user; `status` is missing when no answer came. */
export class ApiFailure extends Error {
  constructor(message, status) {
    super(message);
    this.status = status;
  }

  get isUnauthorized() {
    return this.status === 401;
  }
}
