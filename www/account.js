// Who is using this tab: a guest, or somebody who logged in. The client keeps the tokens, in the storage of the tab:
// a reload finds them again, other tabs do not.

class Account {
  #isBusy = false;

  // `makeClient` is asked anew each time: the form says where the account is.
  constructor(elements, makeClient, changed) {
    this.elements = elements;
    this.makeClient = makeClient;
    this.changed = changed;
    this.user = null;
    elements.form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#enter("/auth/login", "The login was refused");
    });
    elements.signUp.addEventListener("click", () => {
      if (elements.form.reportValidity()) this.#enter("/auth/signup", "The sign-up was refused");
    });
    elements.logOut.addEventListener("click", () => {
      this.#forget();
      this.#show();
      elements.summary.focus();
    });
  }

  // After a reload the tokens are still there. Whose are they, and are they still good?
  recall() {
    let client;
    try {
      client = this.makeClient();
    } catch {
      return; // whoever submits the form is told why
    }
    if (!client.hasAuthToken()) return;
    this.#ask("You are logged out", async () => {
      try {
        this.user = await whoIs(client);
      } catch (error) {
        this.#forget();
        throw error;
      }
    });
  }

  #enter(endpoint, refusal) {
    const { email, password, name, settings } = this.elements;
    if (!settings.reportValidity()) return;
    this.#ask(refusal, async () => {
      const client = this.makeClient();
      const input = { email: email.value.trim(), password: password.value };
      if (endpoint === "/auth/signup") input.name = name.value.trim();
      const response = await client.post(endpoint, input);
      const authToken = response.getBody()?.authToken;
      if (typeof authToken !== "string") throw new Error("the answer holds no authToken");
      client.setAuthToken(authToken);
      client.setRealtimeAuthToken(authToken);
      // Not every workspace has an endpoint that tells: what was typed is then the best there is.
      this.user = await whoIs(client).catch(() => ({ name: name.value.trim(), email: input.email }));
      password.value = "";
      this.#show();
      this.elements.next.focus();
    });
  }

  async #ask(refusal, question) {
    if (this.#isBusy) return;
    this.#isBusy = true;
    clearProblem();
    this.elements.state.textContent = "Asking the server…";
    try {
      await question();
    } catch (error) {
      showProblem(`${refusal}: ${reasonOf(error)}`);
    }
    this.#isBusy = false;
    this.#show();
  }

  #forget() {
    this.user = null;
    const client = this.makeClient();
    client.setAuthToken(null);
    client.setRealtimeAuthToken(null);
  }

  #show() {
    const { user, elements } = this;
    elements.state.textContent = user ? `Logged in as ${user.name} (${user.email})` : "";
    elements.logOut.hidden = user === null;
    elements.details.hidden = user !== null;
    this.changed(user);
  }
}

async function whoIs(client) {
  const { id, name, email } = (await client.get("/auth/me")).getBody();
  return { id, name: String(name || email), email: String(email) };
}

function reasonOf(error) {
  const response = error.getResponse?.();
  if (!response) return `${error.message}. Is the Auth API group base URL right?`;
  const said = response.getBody()?.message;
  if (typeof said === "string") return said;
  return `the server answered ${response.getStatusCode()}. Is the Auth API group base URL right?`;
}
