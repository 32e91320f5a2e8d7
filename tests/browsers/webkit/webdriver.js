// As much of WebDriver (https://www.w3.org/TR/webdriver2/) as the scenarios need.

/** Longer than anything a page waits for, so that its own complaint is the one that is seen. */
const SCRIPT_DEADLINE_MS = 60_000;

const AWAITED = `
  const [expression, done] = arguments;
  (async () => (0, eval)(expression))().then(
    (value) => done({ value }),
    (error) => done({ error: String(error) }),
  );`;

export class Session {
  #url;
  /** Stays open: the session would end with its last tab, and a new one is asked for from a tab that is there. */
  #firstTab;
  /** The commands of a session go to its current tab: two that belong together let no other between them. */
  #last = Promise.resolve();

  static async create(serverUrl) {
    const { sessionId } = await request("POST", `${serverUrl}/session`, { capabilities: {} });
    const url = `${serverUrl}/session/${sessionId}`;
    const session = new Session(url, await request("GET", `${url}/window`));
    await session.#post("timeouts", { script: SCRIPT_DEADLINE_MS });
    return session;
  }

  constructor(url, firstTab) {
    this.#url = url;
    this.#firstTab = firstTab;
  }

  async openTab() {
    const { handle } = await this.#in(this.#firstTab, () => this.#post("window/new", { type: "window" }));
    return handle;
  }

  navigate(tab, url) {
    return this.#in(tab, () => this.#post("url", { url }));
  }

  reload(tab) {
    return this.#in(tab, () => this.#post("refresh", {}));
  }

  /** Resolves to what the expression, awaited, comes to. */
  async evaluate(tab, expression) {
    const script = { script: AWAITED, args: [expression] };
    const { value, error } = await this.#in(tab, () => this.#post("execute/async", script));
    if (error) throw new Error(error);
    return value;
  }

  closeTab(tab) {
    return this.#in(tab, () => request("DELETE", `${this.#url}/window`));
  }

  end() {
    return request("DELETE", this.#url);
  }

  #in(tab, command) {
    const answer = this.#last.then(async () => {
      await this.#post("window", { handle: tab });
      return command();
    });
    this.#last = answer.catch(() => {});
    return answer;
  }

  #post(command, body) {
    return request("POST", `${this.#url}/${command}`, body);
  }
}

async function request(method, url, body) {
  const response = await fetch(url, { method, body: body && JSON.stringify(body) });
  const { value } = await response.json();
  if (!response.ok) throw new Error(`${method} ${new URL(url).pathname}: ${value.error}: ${value.message}`);
  return value;
}
