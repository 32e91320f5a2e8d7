// A classic script, before the libraries: a WebSocket without a network.

window.FakeSocket = class FakeSocket extends EventTarget {
  static CONNECTING = 0;
  static OPEN = 1;
  static CLOSING = 2;
  static CLOSED = 3;
  /** The newest socket of the page. */
  static latest;

  readyState = FakeSocket.CONNECTING;
  bufferedAmount = 0;
  /** The channels that the page is on. */
  joined = new Set();

  constructor(url) {
    super();
    this.url = url;
    FakeSocket.latest = this;
  }

  open() {
    this.readyState = FakeSocket.OPEN;
    this.dispatchEvent(new Event("open"));
  }

  /** A frame comes, as the event that a browser makes of it. */
  deliver(event) {
    this.dispatchEvent(event);
  }

  /** A join is answered, as servers do. */
  send(text) {
    const isJoin = text.startsWith('{"action":"join"');
    if (!isJoin && !text.startsWith('{"action":"leave"')) return;
    const { options } = JSON.parse(text);
    this.joined[isJoin ? "add" : "delete"](options.channel);
    if (!isJoin) return;
    const answer = JSON.stringify({ action: "join", client: null, options, payload: {} });
    queueMicrotask(() => this.deliver(new MessageEvent("message", { data: answer })));
  }

  close(code) {
    this.readyState = FakeSocket.CLOSED;
    queueMicrotask(() => this.dispatchEvent(new CloseEvent("close", { code, wasClean: true })));
  }
};

window.WebSocket = FakeSocket;
