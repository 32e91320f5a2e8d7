// A server in the test's process that speaks the protocol with its extensions (docs/protocol.md), in virtual time. It plays
// the network too: frames take their time, and those on their way are lost when a connection breaks.

const COMING_BACK = [1001, 1005, 1006, 1006, 1006, 1009, 1011, 1012, 1013, 1014, 4000];
const FOR_GOOD = [1000, 1008, 4401, 4403];
/** The longest that a frame is on its way. */
export const LONGEST_WAY_MS = 1_200;
const WAYS_MS = [0, 0, 1, 20, 300, LONGEST_WAY_MS];

/** What the server does with a message, by the number in its text: most are said. */
export const isDropped = (text) => numberOf(text) % 17 === 3;
export const isRefused = (text) => numberOf(text) % 19 === 5;
const numberOf = (text) => Number(text.slice(1));

/** A channel as one epoch knows it. */
class Log {
  count = 0;
  /** The newest entries. */
  kept = [];
  /** The number of the newest entry that is not kept any more. */
  forgotten = 0;
  /** What came of messages, by their keys. */
  keys = new Map();
}

export class ModelServer {
  /** Everything that was ever said, as `{ text, id, at }`, by channel: the judge's, which no restart forgets. */
  said = new Map();
  epoch = 1;
  sockets = new Set();
  /** Whether connections hold from now on. */
  isCalm = false;
  counts = { cuts: 0, restarts: 0, repeats: 0, replies: 0 };
  #logs = new Map();
  /** The epochs in which the page sent a text, by the text. */
  #sentIn = new Map();

  constructor({ clock, dice, hasExtensions, keeps }) {
    Object.assign(this, { clock, dice, hasExtensions, keeps });
  }

  /** The page makes a socket. */
  opened(socket) {
    Object.assign(socket, { joined: new Set(), busyUntil: { up: 0, down: 0 }, lost: { up: false, down: false } });
    const isAccepted = this.isCalm || !this.dice.chance(0.2);
    this.clock.set(() => {
      if (socket.readyState !== 0) return;
      if (!isAccepted) return socket.end(1006);
      socket.acceptedAt = this.clock.now;
      this.sockets.add(socket);
      socket.accept();
    }, this.dice.pick(WAYS_MS));
  }

  /** The epochs in which the page has sent a message with this text; the list grows. */
  sentIn(text) {
    if (!this.#sentIn.has(text)) this.#sentIn.set(text, []);
    return this.#sentIn.get(text);
  }

  /** The page sends a text. */
  sent(socket, text) {
    const { action, payload } = JSON.parse(text);
    if (action === "message") this.sentIn(payload).push(this.epoch);
    this.#travel(socket, "up", () => this.#receive(socket, JSON.parse(text)));
  }

  /** The page closes a socket. */
  closed(socket) {
    this.#travel(socket, "up", () => this.sockets.delete(socket));
  }

  /** Frames of one direction arrive in order, or not at all from some point on. None outlives a restart. */
  #travel(socket, direction, arrive) {
    const at = Math.max(socket.busyUntil[direction], this.clock.now + this.dice.pick(WAYS_MS));
    socket.busyUntil[direction] = at;
    const { epoch } = this;
    this.clock.set(() => socket.lost[direction] || epoch !== this.epoch || arrive(), at - this.clock.now);
  }

  #tell(socket, frame) {
    // As it is now: what is kept grows.
    const text = JSON.stringify(frame);
    this.#travel(socket, "down", () => socket.deliver(text));
  }

  // What goes wrong

  /** What is on its way to the server may still get there. */
  cut(socket, code = this.#code()) {
    this.counts.cuts += 1;
    this.sockets.delete(socket);
    socket.lost.down = true;
    socket.lost.up ||= this.dice.chance(0.5);
    socket.end(code);
  }

  #code() {
    return this.dice.pick(this.dice.chance(0.1) ? FOR_GOOD : COMING_BACK);
  }

  /** From now on nothing arrives in one direction, and neither side is told. */
  stall(socket) {
    socket.lost[this.dice.pick(["up", "down"])] = true;
  }

  /** Everything is forgotten. Ids start anew, so an epoch has ids of the one before. */
  restart() {
    this.counts.restarts += 1;
    this.epoch += 1;
    this.#logs.clear();
    const code = this.dice.pick([1006, 1012]);
    for (const socket of [...this.sockets]) {
      socket.lost.up = true;
      this.cut(socket, code);
    }
  }

  // What it does with frames

  #receive(socket, { action, options, payload }) {
    const channel = options?.channel;
    if (action === "ping") this.#tell(socket, { action: "pong" });
    if (action === "join") this.#join(socket, channel, payload);
    if (action === "leave") socket.joined.delete(channel);
    if (action === "history" && socket.joined.has(channel)) this.#tellHistory(socket, { channel });
    if (action === "message" && socket.joined.has(channel)) this.#take(socket, channel, payload, options.key);
  }

  #log(channel) {
    if (!this.#logs.has(channel)) this.#logs.set(channel, new Log());
    return this.#logs.get(channel);
  }

  #join(socket, channel, { since, history }) {
    const log = this.#log(channel);
    const options = { channel };
    socket.joined.add(channel);
    const recover = { epoch: `${this.epoch}`, id: log.count ? `${log.count}` : null };
    const ext = this.hasExtensions ? { ping: 1, publish: 1, recover } : undefined;
    this.#tell(socket, { action: "join", client: null, options, payload: { ext } });
    if (since && ext) {
      const isKnown = since.epoch === recover.epoch;
      const from = isKnown ? Number(since.id) : 0;
      const missed = log.kept.filter(({ options }) => Number(options.id) > from);
      const payload = { history: missed, complete: isKnown && log.forgotten <= from };
      this.#tell(socket, { action: "history", client: null, options, payload });
    } else if (history) this.#tellHistory(socket, options);
  }

  #tellHistory(socket, options) {
    const { kept } = this.#log(options.channel);
    this.#tell(socket, { action: "history", client: null, options, payload: { history: kept } });
  }

  #take(socket, channel, text, givenKey) {
    const key = this.hasExtensions ? givenKey : undefined;
    const { keys } = this.#log(channel);
    const options = { channel, key };
    if (key && keys.has(key)) {
      this.counts.repeats += 1;
      this.#reply(socket, options, keys.get(key));
    } else if (key && isRefused(text)) {
      const payload = { message: "not allowed", code: "no_public" };
      this.#tell(socket, { action: "error", client: null, options, payload });
    } else if (key && isDropped(text)) {
      keys.set(key, {});
      this.#reply(socket, options, {});
    } else {
      const entry = this.say(channel, text, socket);
      if (key) keys.set(key, entry);
      this.#reply(socket, options, entry);
    }
  }

  /** The echo, as long as the message is kept; else what came of it. */
  #reply(socket, { channel, key }, entry) {
    const { kept, count } = this.#log(channel);
    const id = entry.options?.id ?? null;
    if (!key || kept.includes(entry) || (id && id === `${count}`)) {
      this.#tell(socket, key ? { ...entry, options: { ...entry.options, key } } : entry);
      return;
    }
    this.counts.replies += 1;
    const payload = { id, dropped: id === null };
    this.#tell(socket, { action: "ack", client: null, options: { channel, key }, payload });
  }

  /** Says a message on a channel, to all members but the sender. */
  say(channel, payload, sender) {
    const log = this.#log(channel);
    log.count += 1;
    const id = this.hasExtensions ? `${log.count}` : undefined;
    const entry = { action: "message", client: null, options: { channel, id }, payload };
    log.kept.push(entry);
    if (log.kept.length > this.keeps) {
      log.kept.shift();
      log.forgotten = log.count - this.keeps;
    }
    if (!this.said.has(channel)) this.said.set(channel, []);
    this.said.get(channel).push({ text: payload, id, at: this.clock.now });
    for (const other of this.sockets) if (other !== sender && other.joined.has(channel)) this.#tell(other, entry);
    return entry;
  }
}
