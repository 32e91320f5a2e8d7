// The state of the connection in words: what is the matter, and what comes next.

const stateWords = {
  connecting: "Connecting…",
  connected: "Connected",
  refused: "Not admitted",
};

class ConnectionState {
  constructor(element) {
    this.element = element;
    this.leaving = new AbortController();
    const { signal } = this.leaving;
    addEventListener("offline", () => this.#networkChanged(false), { signal });
    addEventListener("online", () => this.#networkChanged(true), { signal });
    this.show("connecting");
  }

  close() {
    this.leaving.abort();
    clearInterval(this.ticking);
    this.element.textContent = "";
    delete document.body.dataset.state;
  }

  show(name, words = stateWords[name]) {
    clearInterval(this.ticking);
    this.name = name;
    this.element.textContent = words;
    document.body.dataset.state = name;
  }

  // What the client tells: `attempt` and `retryInMs` when it will try again, else why it will not.
  disconnected({ code, reason, attempt, retryInMs }) {
    if (!attempt) return this.show("stopped", `Gave up: ${reason || "the connection was closed"} (${code})`);
    this.attempt = attempt;
    this.dueAt = performance.now() + retryInMs;
    this.#showWaiting();
  }

  // A screen reader reads out what is the matter; the seconds that go by are for the eyes.
  #showWaiting() {
    this.show("waiting", `${navigator.onLine ? "Reconnecting" : "Offline"}, attempt ${this.attempt}`);
    const countdown = document.createElement("span");
    countdown.setAttribute("aria-hidden", "true");
    this.element.append(countdown);
    const tick = () => {
      const seconds = Math.ceil((this.dueAt - performance.now()) / 1000);
      countdown.textContent = seconds > 0 ? ` in ${seconds} s` : " now";
    };
    tick();
    this.ticking = setInterval(tick, 1000);
  }

  // A connection without a network is noticed some seconds later; with the network back, the client tries at once.
  #networkChanged(isOnline) {
    if (this.name === "waiting") {
      if (isOnline) this.dueAt = performance.now();
      this.#showWaiting();
    } else if (this.name === "connected") {
      this.element.textContent = isOnline ? stateWords.connected : "Offline, the connection may be gone";
    }
  }
}
