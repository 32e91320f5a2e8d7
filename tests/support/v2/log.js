// What a channel keeps of its messages: the transcript, the stream of an at-least-once channel, and the cursors in it.

/** How many messages a stream keeps where the transcript has no limit of its own. */
const WINDOW = 1_000;
const START = "0";

export class Log {
  #entries = [];
  #cursors = new Map();
  #last = { ms: 0, n: 0 };

  constructor({ conversation, delivery }, epochMs) {
    this.conversation = conversation;
    this.isStream = delivery.guarantee === "at_least_once";
    this.epochMs = epochMs;
  }

  append(type, payload) {
    this.#expire();
    const ms = this.epochMs();
    this.#last = { ms, n: ms === this.#last.ms ? this.#last.n + 1 : 0 };
    const entry = { id: `${ms}-${this.#last.n}`, type, payload, ts: Math.floor(ms / 1_000) };
    this.#entries.push(entry);
    const { limit, ttl } = this.conversation;
    if (!(this.isStream && ttl))
      this.#entries.splice(0, this.#entries.length - (this.isStream ? limit || WINDOW : limit));
    return entry;
  }

  /** The newest messages, oldest first. A limit of 0 keeps nothing. */
  transcript() {
    this.#expire();
    const { enabled, limit } = this.conversation;
    return enabled && limit > 0 ? this.#entries.slice(-limit) : [];
  }

  /** The kept messages after a cursor. */
  after(cursor) {
    this.#expire();
    return this.#entries.filter(({ id }) => isLater(id, cursor));
  }

  cursorOf(reader) {
    return this.#cursors.get(reader) ?? START;
  }

  /** guess: cursor-monotonic. Returns the cursor, which has moved forward or has stayed. */
  acknowledge(reader, id) {
    if (isLater(id, this.cursorOf(reader))) this.#cursors.set(reader, id);
    return this.cursorOf(reader);
  }

  /** After so many seconds of silence everything is forgotten. */
  #expire() {
    const { ttl } = this.conversation;
    if (ttl && this.epochMs() - this.#last.ms > ttl * 1_000) this.#entries = [];
  }
}

/** Whether a value has the form of an id. */
export function isId(value) {
  return typeof value === "string" && /^\d+-\d+$/.test(value);
}

function isLater(id, other) {
  const [ms, n] = partsOf(id);
  const [otherMs, otherN] = partsOf(other);
  return ms !== otherMs ? ms > otherMs : n > otherN;
}

function partsOf(id) {
  return id.split("-").concat("0").map(Number);
}
