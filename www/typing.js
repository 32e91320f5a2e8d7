// Who is typing, on Realtime V2: messages of another type, which are worth nothing a moment later. So they have a channel of
// their own without transcript, and do not wait for a connection.

const tellEveryMs = 2000;
const believedForMs = 5000;
const mostTypists = 20;

class Typing {
  #typists = new Map(); // mark of a tab -> { name, timer }
  #toldAt = Number.NEGATIVE_INFINITY;

  // `isForAll`: whether the message being typed goes to all members of the room.
  constructor(channel, { name, mark }, { text, typing }, isForAll) {
    this.channel = channel;
    this.self = { name, from: mark };
    this.field = text;
    this.line = typing;
    this.isForAll = isForAll;
    this.line.hidden = false;
    this.leaving = new AbortController();
    this.field.addEventListener("input", () => this.#tell(), { signal: this.leaving.signal });
    channel.on("message", ({ payload }) => this.#isTyping(payload));
    // A workspace without this channel, or no connection: the room works without it, and the console need not say so.
    channel.on("error", () => {});
  }

  close() {
    this.leaving.abort();
    for (const mark of [...this.#typists.keys()]) this.stopped(mark);
    this.line.hidden = true;
    this.channel.destroy();
  }

  // A message of that tab has come.
  stopped(mark) {
    clearTimeout(this.#typists.get(mark)?.timer);
    if (this.#typists.delete(mark)) this.#show();
  }

  sent() {
    this.#toldAt = Number.NEGATIVE_INFINITY;
  }

  #tell() {
    const now = performance.now();
    if (!this.field.value.trim() || !this.isForAll() || now - this.#toldAt < tellEveryMs) return;
    this.#toldAt = now;
    this.channel.message(this.self);
  }

  #isTyping(payload) {
    const { name, from } = payload ?? {};
    if (typeof from !== "string" || from === this.self.from) return;
    const known = this.#typists.get(from);
    if (!known && this.#typists.size >= mostTypists) return;
    clearTimeout(known?.timer);
    const timer = setTimeout(() => this.stopped(from), believedForMs);
    this.#typists.set(from, { name: typeof name === "string" ? name.trim().slice(0, 40) : "", timer });
    this.#show();
  }

  #show() {
    const names = [...this.#typists.values()].map(({ name }) => name || "Guest");
    if (names.length > 3) this.line.textContent = `${names.length} people are typing…`;
    else if (names.length > 0) this.line.textContent = `${names.join(", ")} ${names.length > 1 ? "are" : "is"} typing…`;
    else this.line.textContent = "";
  }
}
