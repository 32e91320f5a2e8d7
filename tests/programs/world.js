// What the programs run in: a page's storage, and a WebSocket without a network that leads to a workspace. Its steps are
// macrotasks, so that what a program does in one tick is one tick.

const HISTORY = ["first", "second"];
const MEMBER = { socketId: "s1", extras: { name: "Ann" }, permissions: { dbo_id: 1, row_id: 1 } };

/** Every socket that the program has made, oldest first: its address, what it sent, and whether it still leads anywhere. */
export const sockets = [];
/** What an error tracker of the page would have been told. */
export const tracked = [];

export const settings = {
  instanceBaseUrl: "https://x8ki-letl-twmt.n7.xano.io",
  realtimeConnectionHash: "1lK90n16tnnylJpJ0Xa7Km6_KxA",
};

/** Where the test's HTTP server is. */
export const [apiGroupBaseUrl] = process.argv.slice(2);

class WorkspaceSocket extends EventTarget {
  static CONNECTING = 0;
  static OPEN = 1;
  static CLOSING = 2;
  static CLOSED = 3;
  readyState = 0;
  bufferedAmount = 0;
  sent = [];

  constructor(url) {
    super();
    this.url = `${url}`;
    sockets.push(this);
    setImmediate(() => {
      if (this.readyState !== 0) return;
      this.readyState = 1;
      this.dispatchEvent(new Event("open"));
    });
  }

  send(text) {
    if (this.readyState === 0) throw new DOMException("still connecting", "InvalidStateError");
    if (this.readyState !== 1) return;
    const { action, options, payload } = JSON.parse(text);
    this.sent.push(`${action} ${options.channel}`);
    const answer = (name, content) => this.say(name, content, options);
    if (action === "join") {
      answer("join", {});
      if (payload.presence) answer("presence_full", { presence: [MEMBER] });
      if (payload.history) answer("history", { history: kept(options) });
    }
    if (action === "history") answer("history", { history: kept(options) });
    if (action === "message") answer("message", payload);
  }

  /** The workspace says something, later. */
  say(action, payload, options = { channel: "room" }) {
    setImmediate(() => {
      const data = JSON.stringify({ action, client: MEMBER, options, payload });
      if (this.readyState === 1) this.dispatchEvent(new MessageEvent("message", { data }));
    });
  }

  close(code = 1005) {
    if (this.readyState > 1) return;
    this.readyState = 2;
    setImmediate(() => {
      this.readyState = 3;
      this.dispatchEvent(Object.assign(new Event("close"), { code, reason: "" }));
    });
  }
}

function kept(options) {
  return HISTORY.map((payload) => ({ action: "message", client: MEMBER, options, payload }));
}

globalThis.WebSocket = WorkspaceSocket;
process.on("uncaughtException", (error) => tracked.push(error.message));
globalThis.reportError = (error) => tracked.push(error.message);
console.error = console.warn = () => {};
const items = new Map();
globalThis.localStorage = {
  getItem: (key) => items.get(key) ?? null,
  setItem: (key, value) => items.set(key, `${value}`),
  removeItem: (key) => items.delete(key),
  clear: () => items.clear(),
};

/** Everything that was under way has happened. */
export async function settled() {
  for (let step = 0; step < 20; step++) await new Promise((resolve) => setImmediate(resolve));
}

/** What comes of something that may throw: "fine", or the error's name. */
export function outcome(work) {
  try {
    work();
    return "fine";
  } catch (error) {
    return error.name;
  }
}

/** The end of a program: what it has to show. */
export function show(value) {
  process.stdout.write(JSON.stringify(value), () => process.exit(0));
}
