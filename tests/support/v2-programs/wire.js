// What crosses the sockets of a page on V2, and whether it may: `faults` says what must not be.

const ID = /^\d+-\d+$/;
/** After so many failures a message is acknowledged all the same. */
const MAX_FAILURES = 3;

/** The frame that a text is; nothing where it is none. */
export function frameOf(text) {
  try {
    const frame = JSON.parse(text);
    return typeof frame === "object" && frame !== null ? frame : undefined;
  } catch {
    return undefined;
  }
}

/** One hand-out of a message to the handlers of a channel. */
class Attempt {
  /** How many handlers have not finished. */
  pending = 0;
  isBroken = false;
  /** Whether a handler never finishes. */
  isHung = false;
  heardBy = new Set();

  constructor(frame, socket) {
    Object.assign(this, { frame, socket });
  }

  get hasFailed() {
    return this.isBroken && this.pending === 0;
  }
}

/** A channel that was joined on a socket and not left. */
class Membership {
  isAnswered = false;
  /** The ids of what came and was not acknowledged, in the order in which it came. */
  due = [];
  acknowledged = new Set();
}

export class Wire {
  faults = [];
  counts = { pings: 0, acks: 0, manual: 0, again: 0, duplicates: 0, transcripts: 0, ignored: 0 };
  /** How often the page sent a text of the program. */
  sentTexts = new Map();
  /**
   * Texts that were sent on a socket where the channel was left before its join was answered: two answers to joins are on
   * their way, and nobody can know which receipts come behind the second one.
   */
  blurredTexts = new Set();
  /** The ids of texts. */
  ids = new Map();
  /** What the program does now acknowledge by itself. */
  manualId = undefined;
  /** What the page has sent to others alone. The service sends no copy, and may replay it all the same. */
  #forOthers = new Set();
  /** The socket whose frame is being handed out. */
  #socket;
  #states = new Map();
  /** Every attempt, by subscription and id. */
  #attempts = new WeakMap();
  /** Subscriptions on which an object acknowledged by itself: nothing is deduplicated there. */
  #manual = new WeakSet();

  /** @param {{ clock, isHostile: boolean }} world `isHostile`: frames come that forge what a service would say */
  constructor({ clock, isHostile }) {
    Object.assign(this, { clock, isHostile });
  }

  /** The page whose sockets these are. */
  attach(page) {
    this.page = page;
  }

  idled(socket) {
    this.fault(`the service drops ${nameOf(socket)}: it was idle`);
  }

  fault(text) {
    this.faults.push(`${this.clock.now} ms: ${text}`);
  }

  // What the page sends

  sent(socket, text) {
    const { action, type, id, options, payload } = frameOf(text);
    const { channel } = options ?? {};
    const state = this.#stateOf(socket);
    if (action !== "leave" && this.#connectionOf(socket)?.subscriptions.size === 0) {
      this.fault(`${action} goes out after the last channel`);
    }
    if (action === "ping") {
      this.counts.pings += 1;
      return;
    }
    if (!state.isReady) this.fault(`${action} goes out before the service is ready`);
    if (action === "join") {
      if (state.on.has(channel)) this.fault(`${channel} is joined twice on ${nameOf(socket)}`);
      state.on.set(channel, new Membership());
    } else if (!state.on.has(channel)) this.fault(`${action} goes out on ${channel}, which is not joined`);
    if (action === "leave") {
      if (!state.on.get(channel)?.isAnswered) state.blurred.add(channel);
      state.on.delete(channel);
    }
    if (action === "broadcast" && state.blurred.has(channel)) this.blurredTexts.add(payload.text);
    if (action === "broadcast") this.sentTexts.set(payload.text, (this.sentTexts.get(payload.text) ?? 0) + 1);
    if (type === "others") this.#forOthers.add(payload.text);
    if (action === "ack") this.#acknowledges(socket, channel, id);
  }

  #acknowledges(socket, channel, id) {
    if (this.manualId === id) {
      this.counts.manual += 1;
      return;
    }
    this.counts.acks += 1;
    const membership = this.#stateOf(socket).on.get(channel);
    const subscription = this.#subscriptionOf(socket, channel);
    if (!membership || !subscription) return this.fault(`${id} of ${channel} is acknowledged, which was left`);
    if (membership.acknowledged.has(id)) this.fault(`${id} of ${channel} is acknowledged twice`);
    membership.acknowledged.add(id);
    const isFirst = membership.due[0] === id;
    if (!isFirst && !this.isHostile && !this.#manual.has(subscription)) {
      this.fault(`${id} of ${channel} is acknowledged, and ${membership.due[0] ?? "nothing"} is first`);
    }
    membership.due = membership.due.filter((due) => due !== id);
    if (this.#manual.has(subscription)) return;
    const attempts = this.#attemptsOf(subscription, id);
    const last = attempts.at(-1);
    const failures = attempts.filter(({ hasFailed }) => hasFailed).length;
    if (!last) {
      const isOwn = [...this.#forOthers].some((text) => this.ids.get(text) === id);
      if (!this.isHostile && !isOwn) this.fault(`${id} of ${channel} is acknowledged, and was never handed out`);
    } else if (last.pending > 0) this.fault(`${id} of ${channel} is acknowledged ahead of its handlers`);
    else if (last.isBroken && failures < MAX_FAILURES) {
      this.fault(`${id} of ${channel} is acknowledged after ${failures} failures`);
    }
  }

  // What reaches the page

  arrives(socket, text, hand) {
    const frame = frameOf(text);
    const state = this.#stateOf(socket);
    if (frame?.action === "pong") state.isReady = true;
    const membership = state.on.get(frame?.channel);
    if (membership && frame.action === "join") membership.isAnswered = true;
    const subscription = this.#subscriptionOf(socket, frame?.channel);
    const isMessage = frame?.action === "message" || frame?.action === "replay";
    if (!isMessage || !subscription) return hand();
    if (frame.payload?.text) this.ids.set(frame.payload.text, frame.id);
    const { handles } = subscription;
    if (handles.some(({ acknowledgesItself }) => acknowledgesItself)) this.#manual.add(subscription);
    const before = [...this.#attemptsOf(subscription, frame.id)];
    const isCurrent = membership?.isAnswered ?? false;
    if (isCurrent && ID.test(frame.id)) this.#expect(membership, subscription, frame);
    this.#socket = socket;
    hand();
    this.#socket = undefined;
    if (!this.isHostile) this.#judge(socket, subscription, { frame, handles, before, isCurrent });
  }

  #expect({ due, acknowledged }, subscription, { id, conversation }) {
    if (conversation) this.counts.transcripts += 1;
    else if (due.includes(id) || acknowledged.has(id)) this.counts.duplicates += 1;
    else if (!this.#manual.has(subscription)) due.push(id);
  }

  /** Whether a message was rightly handed out, or rightly not. */
  #judge(socket, subscription, { frame, handles, before, isCurrent }) {
    const { id, channel, payload } = frame;
    const attempts = this.#attemptsOf(subscription, id);
    const attempt = attempts.at(-1);
    const isHanded = attempts.length > before.length;
    const last = before.at(-1);
    const isPlain = !ID.test(id) || this.#manual.has(subscription);
    const said = `${payload?.text} (${id}) of ${channel}`;
    if (isHanded) {
      for (const handle of handles) {
        if (!attempt.heardBy.has(handle.number) && !handle.isClosed) this.fault(`a member does not get ${said}`);
      }
      if (!isPlain && last && !last.hasFailed) this.fault(`${said} is handed out twice`);
      // The replay comes behind the transcript.
      const isAgain = last?.hasFailed && last.socket === socket && !last.frame.conversation;
      if (!isPlain && isAgain) this.fault(`${said} comes again on the same socket`);
      if (last?.hasFailed) this.counts.again += 1;
    } else if (!last || !ID.test(id) || handles.some(({ acknowledgesItself }) => acknowledgesItself)) {
      // What comes before the answer to the join belongs to an earlier membership, and comes again.
      if ((isCurrent || !ID.test(id)) && !this.#forOthers.has(payload?.text)) this.fault(`${said} is not handed out`);
    } else if (!isPlain && last.hasFailed && last.socket !== socket && isCurrent) {
      const failures = before.filter(({ hasFailed }) => hasFailed).length;
      if (failures < MAX_FAILURES) this.fault(`${said} has failed, and is not handed out again`);
    } else this.counts.ignored += 1;
  }

  /** A handler is called with a message. Returns what the handler tells of its end. */
  handed(handle, action) {
    const attempts = this.#attemptsOf(handle.subscription, action.id);
    let attempt = attempts.at(-1);
    if (attempt?.frame !== action) {
      attempt = new Attempt(action, this.#socket);
      attempts.push(attempt);
    }
    attempt.heardBy.add(handle.number);
    return attempt;
  }

  // The end

  /** What was not acknowledged, though every handler has finished. */
  judgeEnd() {
    for (const [socket, { on }] of this.#states) {
      if (socket.readyState !== 1 || this.isHostile) continue;
      for (const [channel, { due }] of on) {
        const subscription = this.#subscriptionOf(socket, channel);
        if (!subscription || due.length === 0 || this.#manual.has(subscription)) continue;
        const last = this.#attemptsOf(subscription, due[0]).at(-1);
        if (!last?.isHung) this.fault(`${due[0]} of ${channel} is not acknowledged at the end`);
      }
    }
  }

  #stateOf(socket) {
    if (!this.#states.has(socket)) this.#states.set(socket, { isReady: false, on: new Map(), blurred: new Set() });
    return this.#states.get(socket);
  }

  #connectionOf(socket) {
    return [...this.page.globals.lists.links].find((link) => link.socket === socket)?.connection;
  }

  #subscriptionOf(socket, channel) {
    return this.#connectionOf(socket)?.subscriptions.get(channel);
  }

  #attemptsOf(subscription, id) {
    if (!subscription) return [];
    if (!this.#attempts.has(subscription)) this.#attempts.set(subscription, new Map());
    const byId = this.#attempts.get(subscription);
    if (!byId.has(id)) byId.set(id, []);
    return byId.get(id);
  }
}

function nameOf({ protocols }) {
  return `a socket with ${protocols?.[0] ? "a token" : "no token"}`;
}
