// Polls the live numbers once a second while the page is visible, and computes rates from the counters.

const PERIOD_MS = 1000;
export const WINDOW_MS = 60_000;

export class LiveLook {
  /** The newest answer; null before the first one. */
  newest = null;
  /** The reason why the last request failed; "" if it succeeded. */
  problem = "";
  #looks = [];
  #api = null;
  #timer;
  #changed;
  #failed;

  /** Calls `changed` after every request, and `failed` with the error if one fails. */
  constructor(changed, failed) {
    this.#changed = changed;
    this.#failed = failed;
    document.addEventListener("visibilitychange", () => this.#lookNow());
  }

  start(api) {
    this.#api = api;
    this.#lookNow();
  }

  stop() {
    this.#api = null;
    clearTimeout(this.#timer);
  }

  /**
   * Returns the messages per second between consecutive answers, oldest first: `{ fromMs, toMs, perSecond }`, where the
   * times are ages.
   */
  rates() {
    const now = this.#looks.at(-1)?.uptime_ms;
    return this.#looks.slice(1).map((look, i) => {
      const before = this.#looks[i];
      const seconds = (look.uptime_ms - before.uptime_ms) / 1000;
      return {
        fromMs: Math.min(WINDOW_MS, now - before.uptime_ms),
        toMs: now - look.uptime_ms,
        perSecond: (look.messages_received - before.messages_received) / seconds,
      };
    });
  }

  #lookNow() {
    clearTimeout(this.#timer);
    if (this.#api && document.visibilityState === "visible") this.#look(this.#api);
  }

  async #look(api) {
    try {
      const look = await api.live();
      if (api !== this.#api) return;
      this.#take(look);
      this.problem = "";
    } catch (error) {
      if (api !== this.#api) return;
      this.problem = error.message;
      this.#failed(error);
    }
    this.#changed();
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#lookNow(), PERIOD_MS);
  }

  #take(look) {
    const previous = this.newest?.uptime_ms ?? 0;
    this.newest = look;
    // A smaller uptime means that the server was restarted and its counters began at 0.
    if (look.uptime_ms < previous) this.#looks = [];
    // Two answers with the same uptime give no rate.
    if (look.uptime_ms === previous && this.#looks.length > 0) return;
    this.#looks.push(look);
    while (look.uptime_ms - this.#looks[1]?.uptime_ms >= WINDOW_MS) this.#looks.shift();
  }
}
