// A classic script, before the libraries: a WebSocket without a network. Frames come as the events that browsers make.

window.FakeSocket = class FakeSocket extends EventTarget {
  static CONNECTING = 0;
  static OPEN = 1;
  static CLOSING = 2;
  static CLOSED = 3;
  /** The newest socket of the page. */
  static latest;

  readyState = FakeSocket.CONNECTING;
  bufferedAmount = 0;

  constructor(url) {
    super();
    this.url = url;
    FakeSocket.latest = this;
  }

  open() {
    this.readyState = FakeSocket.OPEN;
    this.dispatchEvent(new Event("open"));
  }

  deliver(text) {
    this.dispatchEvent(new MessageEvent("message", { data: text }));
  }

  /** A join is answered, as servers do. */
  send(text) {
    if (!text.startsWith('{"action":"join"')) return;
    const { options } = JSON.parse(text);
    queueMicrotask(() => this.deliver(JSON.stringify({ action: "join", client: null, options, payload: {} })));
  }

  close(code) {
    this.readyState = FakeSocket.CLOSED;
    queueMicrotask(() => this.dispatchEvent(new CloseEvent("close", { code, wasClean: true })));
  }
};

window.WebSocket = FakeSocket;
