// A channel object of a random program, with what its handlers got.

export class Member {
  isDestroyed = false;
  /** Messages as `{ text, at }`, and what parts them: `{ gap, at }`, `{ hasMoved }`. */
  heard = [];
  #subscription;
  #enteredAt = 0;
  #program;

  constructor(program, { label, name, channel, recovers }) {
    this.#program = program;
    Object.assign(this, { label, name, channel, recovers, createdAt: program.clock.now });
  }

  hear({ action, payload, replayed }) {
    const { clock, counts, faults } = this.#program;
    if (this.isDestroyed) faults.push(`a handler of ${this.label} is called after destroy(): ${action}`);
    this.follow();
    if (action === "message") {
      counts.heard += 1;
      if (replayed) counts.replayed += 1;
      this.heard.push({ text: payload, at: clock.now });
    } else if (action === "error" && payload.code.startsWith("gap")) {
      counts.gaps += 1;
      this.heard.push({ gap: true, at: clock.now });
    }
  }

  /** Where others are, or were, a channel object goes on with what they get. Without `recover` it does so anywhere. */
  follow() {
    const { subscriptions, clock, counts } = this.#program;
    const subscription = this.channel._handle?.subscription;
    if (!subscription || subscription === this.#subscription) return;
    const isShared = subscription.handles.length > 1 || subscriptions.has(subscription);
    if (this.#subscription) counts.moved += 1;
    if (this.#subscription && (isShared || !this.recovers)) this.heard.push({ hasMoved: true });
    this.#subscription = subscription;
    this.#enteredAt = clock.now;
    subscriptions.add(subscription);
  }

  /** Since when it is on a connection that is open. */
  connectedAt() {
    const handle = this.channel._handle;
    if (!handle?.isConnected) return this.#program.clock.now;
    return Math.max(this.#enteredAt, handle.subscription.connection.link.socket.acceptedAt);
  }
}
