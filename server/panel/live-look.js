// Looks at the server once a second while the page is visible, and makes rates of the counters.

const PERIOD_MS = 1000;
export const WINDOW_MS = 60_000;

export class LiveLook {
  /** The newest look; null before the first. */
  newest = null;
  /** What kept the last look from succeeding, "" if nothing did. */
  problem = "";
  #looks = [];
  #api = null;
  #timer;
  #changed;
  #failed;

  /** `changed` is called after every look, `failed` with the reason when one does not succeed. */
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

  /** Messages per second between each two looks, oldest first: `{ fromMs, toMs, perSecond }`, ages before now. */
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
    // A smaller uptime: the server started again, and counts from 0.
    if (look.uptime_ms < previous) this.#looks = [];
    // Two answers in one millisecond, or out of order, make no rate.
    if (look.uptime_ms === previous && this.#looks.length > 0) return;
    this.#looks.push(look);
    while (look.uptime_ms - this.#looks[1]?.uptime_ms >= WINDOW_MS) this.#looks.shift();
  }
}
