import { coded, failure } from "../errors.js";
import { failureAction, statusAction } from "./actions.js";
import { Connection } from "./connection.js";
import { fenced, handTo, handToAll, sweep } from "./dispatch.js";
import { decide, ensureCore, isDraining } from "./engine.js";
import { forgottenBy, frameText, keepFrame, kept } from "./frames.js";
import { handles } from "./handles.js";
import {
  ANSWERED,
  COMES_BACK,
  GAP_POSSIBLE,
  HISTORY,
  JOIN,
  LEAVE,
  MAY_WAIT,
  POSITION,
  PRESENCE,
  PUBLISH,
  RECOVER,
  RETURNS,
  SEND,
  TAKES_FRAMES,
  UNCONFIRMED,
  V2,
  WAS_SENT,
} from "./numbers.js";
import { connectionOf } from "./pool.js";
import { later } from "./turns.js";

/** @import { Frame, Published } from "./frames.js" */
/** @import { Subscription } from "./subscription.js" */
/** @import { Action, ChannelObject, ChannelOptions, Config, Handler } from "../types.js" */

/** Channel objects that are dropped without `destroy()` and that nothing listens to leave their channel all the same. */
const dropped =
  typeof FinalizationRegistry === "undefined"
    ? undefined
    : /* @__PURE__ */ new FinalizationRegistry((/** @type {number} */ number) => handles.get(number)?.close());

let count = 0;

/** @param {string} channel */
export function destroyed(channel) {
  return coded("destroyed", `The channel "${channel}" was destroyed.`);
}

/**
 * What a channel object is behind its face. It owns everything that is known of it; a page may have thousands of them, so
 * what most never need is made when it is needed.
 */
export class ChannelHandle {
  /**
   * The channel object, once it must not be collected.
   * @type {ChannelObject | undefined}
   */
  object;
  /**
   * What it is a member of, from its first use on.
   * @type {Subscription | undefined}
   */
  subscription;
  /** @type {Handler[] | undefined} */
  handlers;
  /**
   * What waits for an answer, to be told when none comes any longer.
   * @type {Set<(error: Error) => void> | undefined}
   */
  cancels;
  /** Whether the application listens. */
  isHeard = false;
  /** Whether the last status that its handlers were told is "connected". */
  isToldConnected = false;
  isClosed = false;
  isDebugged = false;

  /**
   * @param {string} channel
   * @param {string} url where its socket goes
   * @param {ChannelOptions} options
   * @param {Config} config
   */
  constructor(channel, url, { history, presence, recover, queueOfflineActions, manualAck, messageType }, config) {
    ensureCore();
    this.number = ++count;
    this.channel = channel;
    this.url = url;
    this.config = config;
    this.isV2 = config.connectAs !== undefined;
    this.joinOptions =
      (history ? HISTORY : 0) | (presence ? PRESENCE : 0) | (recover ? RECOVER : 0) | (this.isV2 ? V2 : 0);
    /** Whether the application says which messages it has handled, on V2. */
    this.acknowledgesItself = !!manualAck;
    this.messageType = messageType;
    /** Whether frames may wait for a connection. */
    this.mayWait = queueOfflineActions !== false;
    handles.set(this.number, this);
    // It joins at once where its connection is there. One that has lost its last channel in this tick is there for what is
    // used before it ends.
    if (connectionOf(this)?.subscriptions.size) this.activate();
  }

  /** @param {ChannelObject} object that leaves the channel when it is collected */
  watchOver(object) {
    dropped?.register(object, this.number, this);
  }

  /** The token to connect with, or the function to ask for one; undefined for an anonymous connection. */
  get token() {
    return this.config.token();
  }

  /** Whether it is joined on the current socket. */
  get isJoined() {
    return !!this.subscription?.isJoined;
  }

  /** Whether it is a member of its channel. */
  get isMember() {
    return !!this.subscription;
  }

  get isConnected() {
    return !!this.subscription?.connection.isOpen;
  }

  /** What is known to have failed already, so that nothing has to wait for it. */
  get failure() {
    return this.subscription?.connection.failed;
  }

  /** Makes the channel object a member of its channel, and asks for the connection. Does nothing when it is one. */
  activate() {
    if (this.isClosed || this.subscription) return;
    this.enter(connectionOf(this) ?? new Connection(this));
  }

  /**
   * @param {Connection} connection
   * @param {Subscription} [left] where it was a member until now
   */
  enter(connection, left) {
    const subscription = connection.subscriptionOf(this.channel);
    let options = this.joinOptions;
    subscription.epoch ??= left?.epoch;
    if (left && left.position !== undefined) {
      if (subscription.handles.length === 0) {
        // What comes on the way is recovered.
        subscription.position = left.position && { ...left.position };
        subscription.ids = left.ids && new Set(left.ids);
        options |= RETURNS | (left.position ? POSITION : 0);
      } else if (options & RECOVER && !left.isAt(subscription)) {
        // Other channel objects are there already, and what they got is not what this one has.
        later(() => handToAll([this], failureAction(GAP_POSSIBLE, this.channel)));
      }
    }
    subscription.handles = subscription.handles.concat(this);
    this.subscription = subscription;
    if (this.config.debug) {
      this.isDebugged = true;
      connection.debugging++;
    }
    decide(connection, JOIN, subscription.slot, options);
  }

  /**
   * Takes the channel object out of its channel. Hands back what waits there: what it has published, and if it was the last
   * one, everything.
   * @returns {Frame[]}
   */
  leave() {
    const { subscription } = this;
    if (!subscription) return [];
    const { connection } = subscription;
    this.subscription = undefined;
    subscription.handles = subscription.handles.filter((other) => other !== this);
    if (this.isDebugged) connection.debugging--;
    const { slot } = subscription;
    if (!subscription.handles.length) {
      connection.unsubscribe(subscription);
      return forgottenBy(() => decide(connection, LEAVE, slot));
    }
    return forgottenBy(() => {
      for (const [number, { published }] of kept) {
        if (published?.publisher === this) decide(connection, ANSWERED, slot, number);
      }
    });
  }

  /**
   * `isInternal` is what this package adds for a promise; the application's `off()` leaves it alone.
   * @param {ChannelObject} object
   * @param {string | undefined} wanted the action; undefined: every one
   * @param {(action: any) => void} run
   * @param {((error: any) => void) | undefined} onError
   * @param {boolean} isInternal
   */
  listen(object, wanted, run, onError, isInternal) {
    // Errors go to the second function, or to that of an `on("error", …)` which has no second one.
    const takesErrors = onError || (wanted === "error" ? run : undefined);
    const handler = { wanted, run, takesErrors, isInternal, isRemoved: false };
    // A list that is made with its first member has room for no more; most never need it.
    if (this.handlers) this.handlers.push(handler);
    else this.handlers = [handler];
    this.object = object;
    dropped?.unregister(this);
    ensureCore();
    this.activate();
    if (isInternal || this.isHeard) return;
    this.isHeard = true;
    if (this.isConnected) this.tellConnected(true);
  }

  /**
   * Calls `watch` with every action until the returned function is called; `cancel` when none comes any longer.
   * @param {ChannelObject} object
   * @param {(action: any) => void} watch
   * @param {(error: Error) => void} cancel
   */
  watch(object, watch, cancel) {
    this.cancels ??= new Set();
    this.cancels.add(cancel);
    this.listen(object, undefined, watch, watch, true);
    return () => {
      this.cancels?.delete(cancel);
      this.removeHandlers(undefined, watch);
    };
  }

  /**
   * Removes the handlers for that action, or with that function, or all of them where neither is given.
   * @param {string | undefined} action
   * @param {Function | undefined} run
   */
  removeHandlers(action, run) {
    for (const handler of this.handlers ?? []) {
      const isMeant = (action ?? handler.wanted) === handler.wanted;
      // This package names its own function; the application cannot.
      if (isMeant && (run === undefined ? !handler.isInternal : run === handler.run)) handler.isRemoved = true;
    }
    sweep(this);
  }

  /**
   * Tells the handlers how the connection stands, unless they know.
   * @param {boolean} connected
   */
  tellConnected(connected) {
    const action = statusAction(connected);
    later(() => {
      if (this.isToldConnected === connected || (connected && !this.isConnected)) return;
      this.isToldConnected = connected;
      handTo(this, action);
    });
  }

  /**
   * Sends a frame, or lets it wait.
   * @param {ChannelObject} object
   * @param {string} action
   * @param {{ socketId?: string, key?: string } | undefined} options
   * @param {unknown} payload
   */
  transmit(object, action, options, payload) {
    const isHistory = action === "history";
    if (isHistory && this.isV2) return;
    const comesBack = action === "message" && (!options?.socketId || !!options.key);
    const text = this.textOf(action, options, payload);
    ensureCore();
    // Looked up behind `frameText`, which may run code of the application's. What need not wait does not enter the engine.
    const { subscription } = this;
    if (!isDraining && subscription && !subscription.unsent && subscription.connection.pass(text, comesBack)) return;
    // A history that nothing could receive does not wait: programs ask again once they listen.
    if (isHistory && !this.handlers?.length && !connectionOf(this)?.takesFrames()) return;
    // Were the object collected now, what waits would be lost with it.
    if (!this.hand({ text, bytes: new Blob([text]).size, comesBack })) this.object = object;
  }

  /**
   * Hands a frame to the engine; says whether it went out.
   * @param {Frame} frame
   */
  hand(frame) {
    this.activate();
    const { subscription } = this;
    const { published } = frame;
    const refusal = published && this.isConnected && !this.isJoined && subscription?.refusal;
    // Code of the application has destroyed it during the call; or the server has refused the join; or a server may have it
    // that would not know it again.
    if (!subscription || refusal || published?.wasSent === 0) {
      published?.settle(refusal || (subscription && failure(UNCONFIRMED)));
      return true;
    }
    const { connection, slot } = subscription;
    frame.owner = subscription;
    if (published) subscription.ids ??= new Set();
    const takesFrames = connection.takesFrames();
    const bits = (frame.comesBack ? COMES_BACK : 0) | (takesFrames ? TAKES_FRAMES : 0);
    const more = published ? published.wasSent && WAS_SENT : this.mayWait && MAY_WAIT;
    decide(connection, published ? PUBLISH : SEND, slot, keepFrame(frame), frame.bytes, bits | (more || 0));
    return takesFrames;
  }

  /**
   * Sends a message until the server has answered it.
   * @param {ChannelObject} object
   * @param {object | undefined} options
   * @param {unknown} payload
   * @param {string} key
   * @param {Published["settle"]} settle
   */
  publish(object, options, payload, key, settle) {
    const text = this.textOf("message", { ...options, key }, payload);
    ensureCore();
    this.object = object;
    const published = { publisher: this, key, settle };
    const comesBack = !(/** @type {any} */ (options)?.socketId);
    this.hand({ text, bytes: new Blob([text]).size, comesBack, published });
  }

  /**
   * @param {string} action
   * @param {any} options
   * @param {unknown} payload
   */
  textOf(action, options, payload) {
    const { channel } = this;
    if (!this.isV2) return frameText(action, channel, options, payload);
    const { type, ...others } = options ?? {};
    const known = type ?? this.messageType;
    if (!known) throw new Error(`No type on "${channel}": set messageType, or { type } of message().`);
    return frameText("broadcast", channel, others, payload, known);
  }

  /**
   * Acknowledges on V2, at once. Before the join there is nothing to acknowledge: all of it comes again.
   * @param {unknown} cursor
   */
  acknowledge(cursor) {
    if (this.isJoined) this.subscription?.acknowledge(cursor);
  }

  /** The channel object is destroyed, or was collected. */
  close() {
    handles.delete(this.number);
    this.isClosed = true;
    this.object = undefined;
    for (const { published } of kept.values()) if (published?.publisher === this) published.settle();
    try {
      this.leave();
    } finally {
      // An error keeps the stack, which takes longer than all the rest.
      if (this.cancels) this.tellCancels(destroyed(this.channel));
    }
  }

  /**
   * No action comes any longer, so every handler of errors is told.
   * @param {Error & { code: string }} error
   */
  fail(error) {
    const { message, code } = error;
    for (const { takesErrors, isInternal } of this.handlers ?? []) {
      if (!takesErrors || isInternal) continue;
      fenced(takesErrors, { action: "error", options: { channel: this.channel }, payload: { message, code } });
    }
    this.tellCancels(error);
  }

  /** @param {Error} error */
  tellCancels(error) {
    for (const cancel of [...(this.cancels ?? [])]) cancel(error);
  }
}
