// A channel object of a random program on V2, with handlers that finish, fail, take their time or never end.

const LATER_MS = [0, 10, 400, 5_000];
export const THROWN = "thrown by a handler";
const FATES = { works: 24, throws: 2, later: 6, rejects: 2, hangs: 0.3 };

export class Member {
  isDestroyed = false;
  #enteredAt = 0;
  #subscription;
  #program;

  constructor(program, { label, name, channel, options }) {
    this.#program = program;
    Object.assign(this, { label, name, channel, options, heard: new Set() });
    /** Whether its handler throws each time. */
    this.isFaulty = program.dice.chance(0.06);
  }

  /** What a handler of every action and every error does. */
  hear(action) {
    const { counts, faults, wire } = this.#program;
    if (this.isDestroyed) faults.push(`a handler of ${this.label} is called after destroy(): ${action.action}`);
    if (action.action === "error") counts.errors += 1;
    if (action.payload?.code === "poisoned") counts.poisoned += 1;
    if (action.action !== "message") return undefined;
    const { text } = action.payload ?? {};
    counts.heard += 1;
    if (action.replayed) counts.replayed += 1;
    this.heard.add(text);
    const attempt = wire.handed(this.channel._handle, action);
    this.#program.judgePayload(text, action.payload);
    if (this.options.manualAck) this.#acknowledge(action);
    return this.#finish(attempt);
  }

  #acknowledge({ id }) {
    const { dice, wire } = this.#program;
    if (!dice.chance(0.7)) return;
    wire.manualId = id;
    this.channel.ack(id);
    wire.manualId = undefined;
  }

  /** Finishes the handler as the dice say, and tells the attempt. */
  #finish(attempt) {
    const { dice, clock, counts, network } = this.#program;
    const fate = network.isCalm ? "works" : this.isFaulty ? "throws" : dice.weighted(FATES);
    counts[fate] += 1;
    if (fate === "works") return undefined;
    if (fate === "throws") {
      attempt.isBroken = true;
      throw new Error(THROWN);
    }
    attempt.pending += 1;
    if (fate === "hangs") attempt.isHung = true;
    const finished = new Promise((resolve, reject) => {
      if (fate === "hangs") return;
      clock.set(() => {
        attempt.pending -= 1;
        if (fate === "later") return resolve();
        attempt.isBroken = true;
        reject(new Error(THROWN));
      }, dice.pick(LATER_MS));
    });
    // Nobody looks at the promise where nothing is acknowledged.
    finished.catch(() => {});
    return finished;
  }

  /** Notes that the channel object is on another connection. */
  follow() {
    const { clock, counts } = this.#program;
    const subscription = this.channel._handle?.subscription;
    if (!subscription || subscription === this.#subscription) return;
    if (this.#subscription) counts.moved += 1;
    this.#subscription = subscription;
    this.#enteredAt = clock.now;
  }

  /** Since when it is on a connection that is open. */
  connectedAt() {
    const handle = this.channel._handle;
    if (!handle?.isConnected) return this.#program.clock.now;
    return Math.max(this.#enteredAt, handle.subscription.connection.link.socket.acceptedAt);
  }
}
