// Who is compared, behind one face: `subscribe(names, handlersOf)` puts handlers on channels and resolves to the socket
// once it is open; `say(payload)` sends a message on the first channel.

const SETTINGS = { instanceBaseUrl: "https://bench.test", realtimeConnectionHash: "bench" };

/** A library: `Client` is its XanoClient. */
class Library {
  constructor(Client) {
    this.client = new Client(SETTINGS);
  }

  async subscribe(names, handlersOf) {
    // The original takes no new channel while it connects, and the first handler makes it connect.
    this.channels = names.map((name) => this.client.channel(name));
    for (const channel of this.channels) for (const handler of handlersOf(channel.channel)) channel.on(handler);
    return opened();
  }

  say(payload) {
    this.channels[0].message(payload);
  }
}

/** The limit of what a page can do: it parses and calls, and looks at nothing. */
class Bare {
  async subscribe(names, handlersOf) {
    [this.name] = names;
    const handlers = handlersOf(this.name);
    const socket = new WebSocket("wss://bench.test/rt/bench");
    socket.addEventListener("message", (event) => {
      const action = JSON.parse(event.data);
      for (const handler of handlers) handler(action);
    });
    this.socket = socket;
    return opened();
  }

  say(payload) {
    this.socket.send(JSON.stringify({ action: "message", options: { channel: this.name }, payload }));
  }
}

/** The newest socket, when it is open and the joins are answered. */
async function opened() {
  const socket = WebSocket.latest;
  const open = new Promise((resolve) => socket.addEventListener("open", resolve));
  socket.open?.();
  await open;
  await new Promise((resolve) => setTimeout(resolve));
  return socket;
}

/** The contenders of the page by their names. */
export const CONTENDERS = {
  original: () => new Library(window.Original),
  ours: () => new Library(window.Ours),
  bare: () => new Bare(),
};
