// Our package in Node, with a WebSocket without a network: the test plays the server.

globalThis.window = globalThis;
globalThis.CloseEvent ??= class CloseEvent extends Event {
  constructor(type, { code, reason, wasClean }) {
    super(type);
    Object.assign(this, { code, reason, wasClean });
  }
};
await import("./fake-socket.js");

export const { FakeSocket } = globalThis;
const { sdk } = await import("./package.js");

export const { XanoClient } = sdk;

let pages = 0;

/** A client with a connection of its own. */
export function client(settings = {}) {
  pages += 1;
  const connection = { instanceBaseUrl: "https://x8.xano.io", realtimeConnectionHash: `hash-${pages}` };
  return new XanoClient({ ...connection, ...settings });
}

/** A channel of a client of its own, joined on an open socket, with what its handlers got. */
export function openChannel(name = "room", settings = {}) {
  const channel = client(settings).channel(name);
  const actions = [];
  channel.on(
    (action) => actions.push(action),
    (error) => actions.push(error),
  );
  const socket = FakeSocket.latest;
  socket.open();
  return { channel, actions, socket };
}

export const message = (payload, channel = "room") => ({ action: "message", options: { channel }, payload });

export const refusal = (text, channel = "room") => ({
  action: "error",
  options: { channel },
  payload: { message: text, code: "no_settings" },
});

/** Puts another WebSocket in place, until the returned function is called or the test ends. */
export function replaceWebSocket(t, replacement) {
  const Working = globalThis.WebSocket;
  const restore = () => {
    globalThis.WebSocket = Working;
  };
  t.after(restore);
  globalThis.WebSocket = replacement;
  return restore;
}

/** A WebSocket of which none can be made. */
export function throwingWebSocket(thrown) {
  return class {
    constructor() {
      throw thrown;
    }
  };
}

/** Lets every promise that can settle now do so. */
export const settled = () => new Promise((resolve) => setImmediate(resolve));
