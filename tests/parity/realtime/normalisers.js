// The original, mended from outside wherever docs/deviations.md says that ours differs, and nowhere else. Our own trace
// is compared as it is. Each mend counts its uses under the number that it has in that document.

import { Page } from "./browser.js";
import { Run } from "./run.js";

const STATUS = { action: "connection_status", options: {}, payload: { status: "connected" } };
const [CONNECTING, OPEN, CLOSING] = [0, 1, 2];
const RECONNECT = 4000;
const RECONNECTED_FROM = [1006, 1011, 1012, 1013, 1014, RECONNECT];
const CLOSE_DEADLINE_MS = 5_000;

/** The numbers of the document that have a mend in here, and how often each was needed. */
export const uses = new Map([
  ...[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 14, 16, 17, 18, 23, 24, 25, 26, 27, 28, 29].map((number) => [number, 0]),
]);

function use(number) {
  uses.set(number, uses.get(number) + 1);
}

/** A page for one connection, and none when its last channel is gone: 1 and 27. */
class MendedPage extends Page {
  /** The channel objects of the page. */
  entries = new Set();
  /** What the channels are joined with, by name. */
  wishes = new Map();
  isOver = false;
  attempts = 0;

  on(name) {
    return [...this.entries].filter((entry) => entry.isOn && (name === undefined || entry.name === name));
  }

  wish(name, { history, presence } = {}) {
    const before = this.wishes.get(name) ?? { history: false, presence: false };
    this.wishes.set(name, { history: before.history || !!history, presence: before.presence || !!presence });
  }

  get isOpen() {
    return this.socket?.readyState === OPEN;
  }

  /** Whether the last status that the original told is "connected". */
  get isConnected() {
    return this.hasSocket && this.socket.wasOpen && !this.socket.isAskedToClose;
  }

  get isWaiting() {
    return this.isAboutToWait || this.timers.size > 0;
  }

  /** Whether the original holds a socket. */
  get hasSocket() {
    return this.socket !== undefined && !this.socket.isOver;
  }

  address(url) {
    const { protocol, host, hostname } = this.base;
    if (protocol === "https:" && host === hostname) return url;
    use(14);
    return `${protocol === "http:" ? "ws" : "wss"}://${host}${new URL(url).pathname}`;
  }

  outgoing(socket, text) {
    const { action, options } = JSON.parse(text);
    const { channel: name } = options;
    socket.joined ??= new Map();
    if (action === "leave") return this.#leave(socket, name, text);
    if (action !== "join") return text;
    // A channel that is made while connecting joins when the socket is open.
    if (socket.readyState === CONNECTING) return use(4);
    if (socket.readyState !== OPEN) return text;
    const isShared = this.on(name).length + (this.making === name) > 1;
    const wishes = JSON.stringify(this.wishes.get(name));
    if (socket.joined.get(name) === wishes) return use(this.isHearing ? 29 : isShared ? 10 : 4);
    socket.joined.set(name, wishes);
    const joined = `{"action":"join","options":${JSON.stringify({ channel: name })},"payload":${wishes}}`;
    if (joined !== text) use(isShared ? 10 : 26);
    return joined;
  }

  #leave(socket, name, text) {
    if (socket.readyState === CONNECTING) return use(25);
    if (socket.readyState !== OPEN) return text;
    if (this.on(name).length > 1) return use(10);
    if (!socket.joined.delete(name)) return use(25);
    return text;
  }

  closingTime(code) {
    if (code !== RECONNECT) return this.closing_ms;
    this.socket.isAskedToClose = true;
    if (this.closing_ms <= CLOSE_DEADLINE_MS) return this.closing_ms;
    use(23);
    return CLOSE_DEADLINE_MS;
  }

  /** A socket that the server has begun to close is not waited for any longer, either. */
  limitClosing() {
    const { socket } = this;
    if (socket.readyState !== CLOSING || socket.isAskedToClose) return;
    use(23);
    socket.isAskedToClose = true;
    this.clock.set(() => socket.end(RECONNECT), CLOSE_DEADLINE_MS);
  }

  ended(socket, code) {
    socket.isOver = true;
    if (this.isOver) return;
    const { isAskedToClose, wasOpen } = socket;
    const told = this.#codeFor(socket, code);
    // The original sets its timer behind the handlers.
    this.isAboutToWait = RECONNECTED_FROM.includes(told);
    super.ended(socket, told);
    this.isAboutToWait = false;
    if (isAskedToClose) return;
    if (code === 1009) this.tell("too_large");
    if (code === 1008) this.tell("policy");
    if (code === 4401) this.tell("unauthorized");
    if (!wasOpen && ++this.attempts === 3) this.tell("cannot_connect");
  }

  #codeFor({ isAskedToClose }, code) {
    if (RECONNECTED_FROM.includes(code)) return code;
    if (isAskedToClose) {
      use(23);
      return RECONNECT;
    }
    if (![1001, 1005, 1009].includes(code)) return code;
    use(8);
    return 1006;
  }

  /** Hands an error to the handlers of a channel, or of all, as if the server had said it. */
  tell(code, name) {
    if (this.isOver) return;
    use(16);
    const options = name === undefined ? {} : { channel: name };
    const payload = { message: code, code };
    this.socket.emit("message", { data: JSON.stringify({ action: "error", options, payload }) });
  }

  end() {
    this.isOver = true;
    if (this.timers.size > 0) use(7);
    this.clearTimers();
  }

  run(work, event) {
    if (this.isOver) return;
    this.depth = (this.depth ?? 0) + 1;
    if (event && this.socket?.readyState === OPEN) {
      this.socket.wasOpen = true;
      this.attempts = 0;
    }
    super.run(work, event);
    this.depth -= 1;
  }
}

/** A run of the original. */
export class MendedRun extends Run {
  #pages = new Map();
  #tokens = new Map();

  page(group) {
    const page = this.#pages.get(group);
    if (page && !page.isOver) return page;
    if (page) use(27);
    else if (this.pages.length > 0) use(1);
    const fresh = this.newPage(MendedPage);
    const { instanceBaseUrl, apiGroupBaseUrl } = this.program.clients.find((client) => client.group === group).base;
    fresh.base = new URL(instanceBaseUrl ?? apiGroupBaseUrl);
    this.#pages.set(group, fresh);
    return fresh;
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
    if (isJoining) page.wish(entry.name, entry.options);
    page.making = entry.name;
    const native = this.client(entry.client).channel(entry.name, optionsFor(entry.options));
    page.making = undefined;
    Object.assign(entry, { page, native, isOn: false, isDestroyed: false, isHeard: false, isTold: false });
    entry.listens = false;
    page.entries.add(entry);
    mend(entry);
    if (isJoining) activate(entry);
    return native;
  }

  addHandler(object, args) {
    const entry = this.objects.get(object);
    if (entry.isDestroyed) use(11);
    const native = this.#settle(entry);
    const isFirst = !entry.isHeard;
    Object.assign(entry, { isHeard: true, listens: true });
    if (!entry.isOn) begin(entry, () => native.on(...handlersFor(args)));
    else native.on(...handlersFor(args));
    if (isFirst && entry.page.isConnected) tellConnected(entry);
  }

  handler(...args) {
    return super.handler(...args).map((run) => (action) => {
      try {
        run(action);
      } catch (error) {
        use(5);
        this.witness.reported(error);
      }
    });
  }

  message({ object, payload: given, options }) {
    const payload = given === "unsayable" ? 1n : given;
    const channel = this.objects.get(object).name;
    const text = () => frame("message", { ...options, channel }, payload);
    this.#send(object, text, (native) => native.message(payload, options), true);
  }

  history({ object }) {
    const { name } = this.objects.get(object);
    this.#send(object, () => frame("history", { channel: name }), (native) => native.history());
  }

  whisper({ object, member, asks, payload }) {
    const present = this.present(object);
    const to = present[member % present.length];
    if (!to) return;
    const options = { channel: this.objects.get(object).name, socketId: to.socketId };
    const text = () => (asks ? frame("history", options) : frame("message", options, payload));
    this.#send(object, text, () => (asks ? to.history() : to.message(payload)));
  }

  /** What the original cannot send now waits in its own queue: 3. */
  #send(object, write, send, isQueued = false) {
    const entry = this.objects.get(object);
    if (entry.isDestroyed) {
      use(11);
      this.witness.warned();
      return;
    }
    const text = write();
    const native = this.#settle(entry);
    if (!entry.isOn) {
      use(18);
      entry.listens = true;
      begin(entry, () => activate(entry));
    }
    const { page } = entry;
    if (page.isOpen) return send(native);
    entry.listens = true;
    if (entry.options?.queueOfflineActions === false) {
      use(3);
      Promise.resolve().then(() => page.tell("not_connected", entry.name));
      return;
    }
    if (isQueued && page.hasSocket) return send(native);
    use(3);
    native.offlineMessageQueue.push(text);
  }

  frame({ group, text }) {
    const page = this.page(group);
    page.isHearing = true;
    super.frame({ group, text });
    page.isHearing = false;
  }

  destroy({ object }) {
    const entry = this.objects.get(object);
    const { native, page } = entry;
    if (entry.isDestroyed || page.isOver) {
      if (entry.isDestroyed) use(25);
      entry.isDestroyed = true;
      return;
    }
    const others = page.on().filter((other) => other !== entry);
    const observers = native.socketObserver;
    if (page.depth) {
      use(11);
      observers.observers = [...observers.observers];
    }
    if (others.length > 0 && !page.hasSocket) {
      use(7);
      quietly(observers, () => native.destroy());
    } else if (!entry.isOn) {
      quietly(observers, () => native.destroy());
    } else {
      native.destroy();
    }
    const wasOn = entry.isOn;
    Object.assign(entry, { isDestroyed: true, isOn: false });
    if (page.on(entry.name).length === 0) page.wishes.delete(entry.name);
    if (wasOn && others.length === 0) page.end();
  }

  reconnect({ client }) {
    const page = this.page(this.program.clients[client].group);
    const own = page.on().filter((entry) => entry.client === client);
    if (own.length === 0) {
      if (page.on().length > 0) use(1);
      return;
    }
    if (page.hasSocket) {
      page.limitClosing();
      return super.reconnect({ client });
    }
    use(23);
    page.clearTimers();
    own[0].native.socketObserver.notifyCountChange();
  }

  present(object) {
    const entry = this.objects.get(object);
    if (entry.isDestroyed) {
      if (entry.native.getPresence().length > 0) use(28);
      return [];
    }
    const listed = entry.native.getPresence();
    const members = [...new Map(listed.map((member) => [member.socketId, member])).values()];
    if (members.length < listed.length) use(9);
    return members;
  }
}

function optionsFor(options) {
  const { queueOfflineActions, ...wishes } = options ?? {};
  if (queueOfflineActions !== false && !queueOfflineActions) use(2);
  return { ...wishes, queueOfflineActions: queueOfflineActions !== false };
}

function handlersFor(args) {
  if (args[0] !== "error" || args.length > 2) return args;
  use(13);
  return [...args, args[1]];
}

/** The first use of a channel object. */
function begin(entry, first) {
  const { page, native } = entry;
  if (page.on().length > 0) {
    activate(entry);
    first();
    return;
  }
  page.wish(entry.name, entry.options);
  entry.isOn = true;
  first();
}

/** What `on` of the original does for a connection that is there, without what it does wrong. */
function activate(entry) {
  const { page, native, name } = entry;
  const { socketObserver: observers } = native;
  const sibling = page.on(name).find((other) => other !== entry);
  entry.isOn = true;
  page.wish(name, entry.options);
  if (sibling) share(native, sibling.native);
  if (!native.observed) {
    if (page.depth) use(17);
    observers.observers = [...observers.observers, native.realtimeObserver];
    native.observed = true;
  }
  if (page.isOpen) native.handleConnectionUpdate(STATUS);
  else if (!page.hasSocket && page.isWaiting) use(24);
  else if (!page.hasSocket) observers.notifyCountChange();
}

/** Objects of one name have one membership, and with it one queue: 10. */
function share(native, sibling) {
  native.offlineMessageQueue = sibling.offlineMessageQueue;
  for (const { options } of [native, sibling]) options.queueOfflineActions = true;
}

function tellConnected(entry) {
  const { native, page } = entry;
  use(6);
  Promise.resolve().then(() => {
    if (!page.isConnected || entry.isDestroyed || entry.isTold) return;
    // The socket has not opened now, and may be closing.
    native.processOfflineMessageQueue = () => {};
    native.realtimeObserver.update(STATUS);
    delete native.processOfflineMessageQueue;
  });
}

/** Without the original's own count of channels, which opens and closes sockets. */
function quietly(observers, work) {
  const { onObserverCountChange } = observers;
  observers.onObserverCountChange = undefined;
  try {
    work();
  } finally {
    observers.onObserverCountChange = onObserverCountChange;
  }
}

/** Status and presence as ours understand them; the handlers get every frame as it came. */
function mend(entry) {
  const { native } = entry;
  const { handleConnectionUpdate, handlePresenceUpdate } = native;
  native.handleConnectionUpdate = (action) => {
    const status = action.payload?.status;
    entry.isTold = entry.isHeard && status === "connected";
    if (action.payload !== null && action.payload !== undefined) handleConnectionUpdate.call(native, action);
    else use(29);
  };
  native.handlePresenceUpdate = (action) => {
    if (!entry.listens) return;
    const sound = soundPart(action);
    if (sound !== action) use(9);
    if (sound) handlePresenceUpdate.call(native, sound);
  };
}

/** The part of a frame that the original can follow. */
function soundPart(action) {
  const { payload } = action;
  if (payload === null || payload === undefined) return undefined;
  const { presence } = payload;
  if (action.action === "presence_update") {
    return isObject(presence) || !["join", "leave"].includes(payload.action) ? action : undefined;
  }
  if (!Array.isArray(presence)) return undefined;
  return presence.every(isObject) ? action : { ...action, payload: { presence: presence.filter(isObject) } };
}

function isObject(value) {
  return typeof value === "object" && value !== null;
}

function frame(action, options, payload = null) {
  return JSON.stringify({ action, options, payload });
}
