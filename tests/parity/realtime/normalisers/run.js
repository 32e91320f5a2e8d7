// What becomes of a program on the original: each call goes to it as it is, save for what ours does otherwise.

import { UNSAYABLE } from "../programs.js";
import { Run } from "../run.js";
import { activate, mend, quietly, tellConnected } from "./channel.js";
import { MendedPage } from "./page.js";
import { needs } from "./uses.js";

const FRESH = {
  /** Whether it is one of the page's channels. */
  isOn: false,
  /** Whether the application has added a handler. */
  isHeard: false,
  /** Whether the last status that its handlers were told is "connected". */
  isTold: false,
  /** Whether it keeps the list of those present. */
  listens: false,
  /** Whether a function of the application takes errors. */
  takesErrors: false,
  isDestroyed: false,
};

/** A run of the original. */
export class MendedRun extends Run {
  #pages = new Map();
  #tokens = new Map();
  /** What was printed. */
  #warnings = new Set();

  page(group) {
    const first = this.#pages.values().next().value;
    const page = this.#pages.get(group) ?? (first && !needs(1) ? first : undefined);
    if (page?.isEnding && this.#hasNewToken(group, page)) page.endTick();
    if (page && !page.isOver) return page;
    const fresh = this.newPage(MendedPage);
    Object.assign(fresh, { group, warnings: this.#warnings });
    const { instanceBaseUrl, apiGroupBaseUrl } = this.program.clients.find((client) => client.group === group).base;
    fresh.base = new URL(instanceBaseUrl ?? apiGroupBaseUrl);
    this.#pages.set(group, fresh);
    return fresh;
  }

  /** Whether the clients of the group would connect with another token than its socket has. */
  #hasNewToken(group, { socket }) {
    const client = this.program.clients.findIndex((each) => each.group === group);
    return this.#tokens.has(client) && (this.#tokens.get(client) ?? undefined) !== socket.protocols?.[0];
  }

  token({ client, token }) {
    this.#tokens.set(client, token);
    super.token({ client, token });
  }

  settings(client) {
    const settings = super.settings(client);
    return this.#tokens.has(client) ? { ...settings, realtimeAuthToken: this.#tokens.get(client) } : settings;
  }

  make({ object, client, name, options }) {
    const entry = { object, client, name, options };
    this.objects.set(object, entry);
    this.#settle(entry);
  }

  /** The entry's object of the original, in the page that there is now. */
  #settle(entry) {
    const page = this.page(this.program.clients[entry.client].group);
    if (entry.page === page && !entry.isDestroyed) return entry.native;
    const isJoining = page.on().length > 0;
    if (isJoining) {
      page.joinFirst(entry.name);
      page.wish(entry.name, entry.options);
    }
    page.making = entry.name;
    const native = this.client(entry.client).channel(entry.name, optionsFor(entry.options));
    page.making = undefined;
    Object.assign(entry, FRESH, { page, native });
    page.entries.add(entry);
    mend(entry);
    if (isJoining) activate(entry);
    return native;
  }

  addHandler(object, args) {
    const entry = this.objects.get(object);
    const native = entry.isDestroyed && !needs(11) ? entry.native : this.#settle(entry);
    const isFirst = !entry.isHeard;
    Object.assign(entry, { isHeard: true, listens: true });
    const [action, onError] = typeof args[0] === "string" ? [args[0], args[2]] : [undefined, args[1]];
    entry.takesErrors ||= action === "error" || (action === undefined && onError !== undefined);
    const on = () => native.on(...handlersFor(args));
    if (entry.isOn) on();
    else activate(entry, on);
    if (isFirst && entry.page.isConnected) tellConnected(entry);
  }

  handler(object, ...args) {
    const whole = (action) => {
      const { more } = this.objects.get(object).page;
      return Object.keys(more).length > 0 && needs(42) ? { ...action, ...more } : action;
    };
    return super.handler(object, ...args).map((run) => (action) => {
      try {
        run(whole(action));
      } catch (error) {
        if (!needs(5)) throw error;
        this.witness.reported(error);
      }
    });
  }

  message({ object, payload: given, options }) {
    const payload = given === UNSAYABLE ? 1n : given;
    const channel = this.objects.get(object).name;
    const text = () => frame("message", { ...options, channel }, payload);
    this.#send(object, text, (native) => native.message(payload, options), true);
  }

  history({ object }) {
    const { isDestroyed, isHeard, name, page } = this.objects.get(object);
    // Nobody could receive it.
    if (!isHeard && !isDestroyed && (!page.isOpen || page.isSlow) && needs(3)) return;
    this.#send(
      object,
      () => frame("history", { channel: name }),
      (native) => native.history(),
    );
  }

  whisper({ object, member, asks, payload }) {
    const present = this.present(object);
    const to = present[member % present.length];
    if (!to) return;
    const options = { channel: this.objects.get(object).name, socketId: to.socketId };
    const text = () => (asks ? frame("history", options) : frame("message", options, payload));
    this.#send(object, text, () => (asks ? to.history() : to.message(payload)));
  }

  /** What the original cannot send now waits in its own queue. */
  #send(object, write, send, isQueued = false) {
    const entry = this.objects.get(object);
    if (entry.isDestroyed && needs(11)) return this.witness.warned();
    const text = write();
    const native = this.#settle(entry);
    if (!entry.isOn && needs(18)) activate(entry);
    const { page } = entry;
    const isWaiting = native.offlineMessageQueue.length > 0;
    const mayWait = entry.options?.queueOfflineActions !== false;
    if (page.isOpen && !page.isSlow && !(isWaiting && mayWait && needs(38))) {
      for (const text of native.offlineMessageQueue.splice(0)) page.socket.send(text);
      return send(native);
    }
    entry.listens = true;
    if (!mayWait) {
      Promise.resolve().then(() => page.tell("not_connected", entry.name));
      return;
    }
    if ((isQueued && page.hasSocket && !page.isOpen) || !needs(3)) return send(native);
    native.offlineMessageQueue.push(text);
    if (page.isOpen) page.sendLater();
  }

  frame({ group, text }) {
    const page = this.page(group);
    page.isHearing = true;
    super.frame({ group, text });
    page.isHearing = false;
  }

  online() {
    for (const page of this.#pages.values()) page.resume();
  }

  destroy({ object }) {
    const entry = this.objects.get(object);
    const { native, page } = entry;
    if (entry.isDestroyed && needs(25)) return;
    entry.isDestroyed = true;
    if (page.isOver) return;
    const others = page.on().filter((other) => other !== entry);
    const observers = native.socketObserver;
    page.leaving = entry;
    const endsWithTick = others.length === 0 && entry.isOn && page.hasSocket && needs(44);
    if (page.depth && needs(11)) observers.observers = [...observers.observers];
    if (others.length > 0 && !page.hasSocket && needs(7)) quietly(observers, () => native.destroy());
    else if (endsWithTick) quietly(observers, () => native.destroy());
    else native.destroy();
    const wasOn = entry.isOn;
    entry.isOn = false;
    if (page.on(entry.name).length === 0) page.forget(entry.name);
    if (!wasOn || others.length > 0) return;
    if (!endsWithTick) return page.end();
    page.isEnding = true;
    page.endTick = () => {
      page.isEnding = false;
      if (page.isOver || page.on().length > 0) return;
      observers.notifyCountChange();
      page.end();
    };
    Promise.resolve().then(page.endTick);
  }

  reconnect({ client }) {
    const page = this.page(this.program.clients[client].group);
    const own = page.on().filter((entry) => entry.client === client);
    if (own.length === 0 && (page.on().length === 0 || needs(1))) return;
    if (page.hasSocket) page.limitClosing();
    if (page.hasSocket || !needs(23)) return super.reconnect({ client });
    page.connect();
  }

  present(object) {
    const entry = this.objects.get(object);
    const listed = entry.native.getPresence();
    if (entry.isDestroyed && listed.length > 0 && needs(28)) return [];
    const members = [...new Map(listed.map((member) => [member.socketId, member])).values()];
    return members.length < listed.length && needs(9) ? members : listed;
  }
}

function optionsFor(options) {
  const { queueOfflineActions, ...wishes } = options ?? {};
  const isLeftOut = queueOfflineActions !== false && !queueOfflineActions;
  return { ...wishes, queueOfflineActions: isLeftOut ? needs(2) : queueOfflineActions };
}

function handlersFor(args) {
  return args[0] === "error" && args.length === 2 && needs(13) ? [...args, args[1]] : args;
}

function frame(action, options, payload = null) {
  return JSON.stringify({ action, options, payload });
}
