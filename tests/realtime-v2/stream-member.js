// A member of an at-least-once channel, whose handlers fail now and then. It keeps the books of what was handed out,
// handled and acknowledged.

/** The payload of the last message. */
export const END = "end";
/** One message of so many fails when it is handed out for the first time. */
const FAILS_ONE_IN = 40;
/** A handler that has failed holds back all later acknowledgements until the next join. With so many, there is one. */
const HELD_BACK = 300;

export class Member {
  /** How often the handlers of each message have succeeded, by its id. */
  handled = new Map();
  /** The payloads of the handled messages, by id. */
  payloads = new Map();
  /** Ids that were handed out, and whose handlers have not succeeded yet. */
  open = new Set();
  interruptions = 0;
  isAtTheEnd = false;
  /** The codes of errors. Three attempts in a row may be cut, which the client tells and goes on. */
  errors = [];
  /** Acknowledgements that came too early, or out of order. */
  wrongAcks = [];
  #lastAcks = new WeakMap();
  #unacknowledged = new Set();
  #running = 0;
  /** Whether a handler has failed on this connection. */
  #hasFailed = false;
  #heldBack = HELD_BACK;
  #failed = new Set();
  #onChange = new Set();

  constructor(channel, proxy, dice) {
    this.channel = channel;
    this.proxy = proxy;
    this.dice = dice;
    channel.on("message", (message) => this.#handle(message));
    channel.on("error", ({ payload: { code } }) => {
      if (code !== "cannot_connect") this.errors.push(code);
    });
    channel.on("connection_status", ({ payload }) => {
      if (payload.status === "disconnected") this.interruptions += 1;
      else this.#hasFailed = false;
    });
  }

  /** Handles a message: at once or a few turns of the loop later, and now and then not. */
  async #handle({ id, payload }) {
    this.#begin(id);
    for (let turns = this.dice.below(4); turns > 0; turns -= 1) await new Promise(setImmediate);
    this.#running -= 1;
    const fails = payload !== END && !this.#failed.has(id) && this.dice.below(FAILS_ONE_IN) === 0;
    if (fails) this.#failed.add(id);
    else this.#succeed(id, payload);
    this.#hasFailed ||= fails;
    this.#retry();
    if (fails) throw new Error("a handler that fails now and then");
  }

  #begin(id) {
    this.open.add(id);
    this.#running += 1;
    this.#unacknowledged.add(id);
  }

  #succeed(id, payload) {
    this.open.delete(id);
    this.handled.set(id, (this.handled.get(id) ?? 0) + 1);
    this.payloads.set(id, payload);
    this.isAtTheEnd ||= payload === END;
    for (const check of this.#onChange) check();
  }

  /** How many handlers have failed. */
  get failures() {
    return this.#failed.size;
  }

  /** From now on, what has failed comes again at once. */
  retryAtOnce() {
    this.#heldBack = 0;
    this.#retry();
  }

  /** Breaks the connection if a failure holds back too much. What has failed comes again after the next join. */
  #retry() {
    if (!this.#hasFailed || this.#running > 0 || this.#unacknowledged.size <= this.#heldBack) return;
    this.#hasFailed = false;
    this.proxy.shut();
    this.proxy.open();
  }

  noteAck(socket, id) {
    this.#unacknowledged.delete(id);
    const last = this.#lastAcks.get(socket);
    if (last && !isBefore(last, id)) this.wrongAcks.push(`${id} after ${last}`);
    this.#lastAcks.set(socket, id);
    const early = [...this.open].filter((open) => open === id || isBefore(open, id));
    if (early.length > 0) this.wrongAcks.push(`${id} before ${early[0]}`);
  }

  until(isSo) {
    return new Promise((resolve) => {
      const check = () => {
        if (!isSo(this)) return;
        this.#onChange.delete(check);
        resolve();
      };
      this.#onChange.add(check);
      check();
    });
  }
}

/** Whether one id, `MS-N`, is before the other. */
function isBefore(one, other) {
  const [ms, number] = one.split("-").map(Number);
  const [otherMs, otherNumber] = other.split("-").map(Number);
  return ms < otherMs || (ms === otherMs && number < otherNumber);
}
