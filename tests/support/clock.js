// Time that the test moves.

/** Lets every promise that can settle now do so. */
export const settled = () => new Promise((resolve) => setImmediate(resolve));

/** Virtual time. */
export class Clock {
  now = 0;
  #timers = new Map();
  #last = 0;

  set(run, after_ms = 0) {
    this.#last += 1;
    this.#timers.set(this.#last, { run, at: this.now + Number(after_ms) });
    return this.#last;
  }

  clear(timer) {
    this.#timers.delete(timer);
  }

  async advance(by_ms) {
    const end = this.now + by_ms;
    for (let next = this.#next(end); next; next = this.#next(end)) {
      const [timer, { run, at }] = next;
      this.#timers.delete(timer);
      this.now = Math.max(this.now, at);
      run();
      await settled();
    }
    this.now = end;
  }

  /** The first that is due by then; of several at once, the one that was set first. */
  #next(end) {
    let next;
    for (const timer of this.#timers) {
      const [, { at }] = timer;
      if (at <= end && !(next?.[1].at <= at)) next = timer;
    }
    return next;
  }
}
