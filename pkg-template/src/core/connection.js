import { failure, textOf } from "../errors.js";
import { failureAction, isFinal, statusAction } from "./actions.js";
import { handTo, handToAll } from "./dispatch.js";
import { decide } from "./engine.js";
import { frameText, publishedText, takeFrame } from "./frames.js";
import { align } from "./history.js";
import { Link } from "./link.js";
import * as N from "./numbers.js";
import { connections, regroup } from "./pool.js";
import { Subscription } from "./subscription.js";
import { isLegalToken } from "./token.js";
import { askForToken } from "./token-provider.js";
import { inMicrotask, later, run } from "./turns.js";
import { handled, judged } from "./v2.js";

/** @import { ChannelHandle } from "./channel-handle.js" */
/** @import { Action } from "../types.js" */

/** The close code where there was none. */
const ABNORMAL = 1006;

let count = 0;

/** One socket, or the wish for one: clients with the same URL and token share it. The engine decides what it does. */
export class Connection {
  number = ++count;
  /** How it stands: 2 open, 1 on its way, 0 not. */
  phase = 0;
  /**
   * The number of the socket that is open or will be opened; 0 when there is none.
   */
  generation = 0;
  /**
   * Its channels, by their names.
   * @type {Map<string, Subscription>}
   */
  subscriptions = new Map();
  /**
   * The same by their numbers, until the engine has forgotten them.
   * @type {(Subscription | undefined)[]}
   */
  slots = [];
  /**
   * Numbers that can be given again.
   * @type {number[]}
   */
  freeSlots = [];
  /** @type {Link | undefined} */
  link;
  /**
   * The failure after which nothing is tried, or after which it fails again at once.
   * @type {Action | undefined}
   */
  failed;
  /** How many channel objects have a client that wants its frames printed. */
  debugging = 0;
  /** Whether the engine knows since the last timer that an own message went out. */
  isSendingKnown = false;
  /** @type {any} */
  timer;

  /** What a service of V2, or the server of its address, has said last before it was ready. */
  refusal = "no reason";

  /** @param {ChannelHandle} handle that needs it */
  constructor({ url, token, config }) {
    this.url = url;
    this.token = token;
    /** On V2 alone. */
    this.clientId = config._connectAs;
    this.isV2 = !!config._connectAs;
    connections.add(this);
  }

  get isOpen() {
    return this.phase === 2;
  }

  /** Every channel object on this connection. */
  handles() {
    return [...this.subscriptions.values()].flatMap(({ handles }) => handles);
  }

  /**
   * Whether a channel object of that client is on it.
   * @param {number} client
   */
  serves(client) {
    for (const { handles } of this.subscriptions.values()) {
      for (const { config } of handles) if (config.client === client) return true;
    }
    return false;
  }

  /** @param {string} name */
  subscriptionOf(name) {
    let subscription = this.subscriptions.get(name);
    if (!subscription) {
      const slot = this.freeSlots.pop() ?? this.slots.length;
      subscription = this.slots[slot] = new Subscription(this, name, slot);
      this.subscriptions.set(name, subscription);
    }
    return subscription;
  }

  /** @param {Subscription} subscription */
  unsubscribe({ name }) {
    this.subscriptions.delete(name);
  }

  /** Whether the browser takes a frame now. */
  takesFrames() {
    return this.isOpen && !!this.link?.takesFrames();
  }

  /**
   * Sends a frame that need not wait; says whether the socket takes it. The quick way of a message: nothing of its channel
   * waits, and the engine is told of the first one since its timer was set alone.
   * @param {string} text
   * @param {boolean} comesBack
   */
  pass(text, comesBack) {
    if (!this.takesFrames()) return false;
    if (comesBack && !this.isSendingKnown) {
      decide(this, N.SENDING);
      this.isSendingKnown = true;
    }
    this.link?.send(text);
    return true;
  }

  /**
   * Does what the engine has decided. What each number means stands in src/engine/numbers.rs.
   * @param {number} output
   * @param {number} a
   * @param {number} b
   * @param {number} c
   */
  carryOut(output, a, b, c) {
    switch (output) {
      case N.OPEN_SOCKET:
        this.phase = 1;
        this.generation = a;
        this.open(a);
        break;
      case N.CLOSE_SOCKET:
        this.phase = 1;
        if (this.link) this.link.close(a);
        // A token is being asked for; there is nothing to close yet.
        else decide(this, N.CLOSED, this.generation, ABNORMAL);
        this.generation = 0;
        break;
      case N.DROP_SOCKET:
        this.generation = 0;
        this.link?.discard(a);
        this.link = undefined;
        break;
      case N.SEND_JOIN:
        this.sendJoin(a, b);
        break;
      case N.SEND_LEAVE:
        this.link?.sendIfOpen(frameText("leave", this.subscriptionAt(a).name));
        break;
      case N.SEND_FRAME:
        this.link?.sendIfOpen(takeFrame(a).text);
        break;
      case N.SEND_PUBLISHED:
        this.link?.sendIfOpen(publishedText(a, b));
        break;
      case N.SETTLED:
        this.settle(a, b);
        break;
      case N.FORGET_CHANNEL:
        this.slots[a] = undefined;
        this.freeSlots.push(a);
        break;
      case N.FORGET_CONNECTION:
        this.phase = 0;
        if (!this.subscriptions.size) connections.delete(this);
        break;
      case N.JOINED:
        this.subscriptionAt(a).isJoined = true;
        break;
      case N.TAKE_POSITION:
        this.subscriptionAt(a).takePosition(b, c);
        break;
      case N.HAND_OUT:
        this.subscriptionAt(a).handOut(b, c);
        break;
      case N.AWAIT_WRITABLE:
        this.link?.awaitWritable();
        break;
      case N.AWAIT_TICK_END:
        inMicrotask(() => decide(this, N.TICK_ENDED));
        break;
      case N.SEND_PING:
        this.link?.ping();
        break;
      case N.SET_TIMER:
        this.setTimer(a, b, c);
        break;
      case N.CLEAR_TIMER:
        clearTimeout(this.timer);
        break;
      case N.CONNECTED:
        this.phase = 2;
        this.tellStatus(true);
        break;
      case N.DISCONNECTED:
        this.disconnected(a, b, c);
        break;
      case N.JUDGED:
        judged(this.subscriptionAt(a), b, c);
        break;
      case N.SEND_ACK:
        handled(this.subscriptionAt(a), b);
        break;
      case N.FAILED:
        this.tellFailure(a, this.isV2 ? `${this.url} (Realtime V2): ${this.refusal}` : this.url, this.slots[b]);
    }
  }

  /** @param {number} generation */
  open(generation) {
    regroup(this);
    // Every channel of this connection may have moved to one with another token. It opens no socket, so nothing may enter it.
    if (!this.subscriptions.size) {
      connections.delete(this);
      return;
    }
    const { token } = this;
    if (typeof token !== "function") {
      this.openWith(generation, token);
      return;
    }
    this.failed = undefined;
    askForToken(
      token,
      (given) => this.generation === generation && this.openWith(generation, given || undefined),
      (cause) => this.attemptFailed(generation, N.NO_TOKEN, textOf(cause)),
    );
  }

  /**
   * @param {number} generation
   * @param {string | undefined} token
   */
  openWith(generation, token) {
    if (token !== undefined && !isLegalToken(token)) {
      decide(this, N.TOKEN_REFUSED, generation);
      return;
    }
    try {
      this.link = new Link(this, generation, token);
      this.failed = undefined;
    } catch (error) {
      // Where the platform makes no socket.
      later(() => this.attemptFailed(generation, N.NO_SOCKET, `${this.url}: ${textOf(error)}`));
    }
  }

  /**
   * There is no token, or no socket. Never an anonymous connection instead: it counts as an attempt that failed.
   * @param {number} generation
   * @param {number} failure
   * @param {string} cause
   */
  attemptFailed(generation, failure, cause) {
    if (this.generation !== generation) return;
    this.tellFailure(failure, cause);
    if (failure === N.NO_SOCKET) decide(this, N.NO_SOCKET_MADE);
    decide(this, N.CLOSED, generation, ABNORMAL);
  }

  /** @param {number} channel */
  subscriptionAt(channel) {
    return /** @type {Subscription} */ (this.slots[channel]);
  }

  /**
   * @param {number} channel
   * @param {number} options
   */
  sendJoin(channel, options) {
    const { name, position } = this.subscriptionAt(channel);
    const since = options & N.RECOVER && !this.isV2 ? position : undefined;
    const payload = { history: !!(options & N.HISTORY), presence: !!(options & N.PRESENCE), since };
    this.link?.sendIfOpen(frameText("join", name, { client_id: this.clientId }, payload));
  }

  /**
   * Tells the promise of a message what became of it without an answer.
   * @param {number} number
   * @param {number} failed
   */
  settle(number, failed) {
    const { published, owner } = takeFrame(number);
    if (!N.FAILURES[failed]) published?.settle({});
    // The text of the server, or of the failure that ended the connection, says more; but not whether a message has arrived.
    else if (failed === N.UNCONFIRMED) published?.settle(failure(failed));
    else published?.settle((failed === N.REFUSED ? owner?.refusal : this.failed) ?? failure(failed));
  }

  /**
   * @param {number} timer
   * @param {number} after_ms
   * @param {number} watches
   */
  setTimer(timer, after_ms, watches) {
    this.link?.listen();
    this.isSendingKnown = false;
    clearTimeout(this.timer);
    this.timer = setTimeout(
      () =>
        run(() => {
          // A history that has not come by then does not come.
          if (watches) for (const subscription of this.subscriptions.values()) align(subscription);
          decide(this, N.ELAPSED, timer, this.link?.quiet_ms(), this.link?.wasHeard());
        }),
      after_ms,
    );
    // A timer that only watches over an open socket keeps no program on Node from ending.
    if (!ONLY_BROWSERS && watches) this.timer.unref?.();
  }

  /**
   * @param {number} code
   * @param {number} attempt
   * @param {number} retryInMs
   */
  disconnected(code, attempt, retryInMs) {
    const reason = this.link?.reason ?? "";
    this.phase = attempt ? 1 : 0;
    this.generation = 0;
    this.link = undefined;
    for (const subscription of this.subscriptions.values()) {
      subscription.isJoined = false;
      subscription.isAsking = false;
      subscription.refusal = undefined;
    }
    // Where the engine names a failure, that one takes its place.
    if (!attempt) this.failed = failureAction(N.SERVER_CLOSED);
    this.tellStatus(false, { code, reason, ...(attempt && { attempt, retryInMs }) });
  }

  /**
   * Tells every channel object, and then, once each, what listens on their clients.
   * @param {boolean} connected
   * @param {object} [details]
   */
  tellStatus(connected, details) {
    const action = statusAction(connected, details);
    later(() => {
      const handles = this.handles();
      for (const handle of handles) {
        // Where there are no handlers yet, nothing is told.
        handle.isToldConnected = connected && handle.isHeard;
        handTo(handle, action);
      }
      const clients = new Map(handles.map(({ config }) => [config.client, config]));
      for (const config of clients.values()) config._onStatus(action);
    });
  }

  /**
   * Tells one channel, or all of them.
   * @param {number} failure
   * @param {string} particulars
   * @param {Subscription} [subscription]
   */
  tellFailure(failure, particulars, subscription) {
    const action = failureAction(failure, subscription?.name, particulars);
    if (isFinal(action)) this.failed = action;
    later(() => handToAll(subscription ? subscription.handles : this.handles(), action));
  }
}
