// Runs in a page before the client: a WebSocket without a network. The test plays the server.

window.FakeSocket = class FakeSocket extends EventTarget {
  static CONNECTING = 0;
  static OPEN = 1;
  static CLOSING = 2;
  static CLOSED = 3;

  /** Every socket the page made, oldest first. */
  static all = [];

  static get latest() {
    return FakeSocket.all.at(-1);
  }

  /** The time that events bear. A test may move the clock. */
  static now() {
    return performance.now();
  }

  readyState = FakeSocket.CONNECTING;
  bufferedAmount = 0;
  binaryType = "blob";
  extensions = "";
  /** Frames the page sent, parsed. */
  sent = [];
  /** Called with each frame while `send` runs: a server that answers before `send` returns. */
  answer = () => {};

  constructor(url, protocols) {
    super();
    this.url = String(url);
    this.protocols = protocols;
    this.protocol = protocols?.[0] ?? "";
    FakeSocket.all.push(this);
  }

  open() {
    this.readyState = FakeSocket.OPEN;
    this.#emit(new Event("open"));
  }

  /** Delivers a frame: an object as its JSON, anything else as it is. */
  deliver(frame) {
    const isPlain =
      typeof frame === "object" && frame !== null && [Object.prototype, null].includes(Object.getPrototypeOf(frame));
    this.#emit(new MessageEvent("message", { data: isPlain ? JSON.stringify(frame) : frame }));
  }

  /** The connection ends from the other side. */
  drop(code, reason = "") {
    this.readyState = FakeSocket.CLOSED;
    this.#emit(new CloseEvent("close", { code, reason, wasClean: code !== 1006 }));
  }

  send(text) {
    if (this.readyState === FakeSocket.CONNECTING) throw new DOMException("still connecting", "InvalidStateError");
    if (this.readyState !== FakeSocket.OPEN) return;
    const frame = JSON.parse(text);
    this.sent.push(frame);
    this.answer(frame);
  }

  close(code = 1005) {
    if (this.readyState >= FakeSocket.CLOSING) return;
    this.readyState = FakeSocket.CLOSING;
    queueMicrotask(() => this.drop(code));
  }

  sentOf(action) {
    return this.sent.filter((frame) => frame.action === action);
  }

  #emit(event) {
    Object.defineProperty(event, "timeStamp", { value: FakeSocket.now() });
    this[`on${event.type}`]?.(event);
    this.dispatchEvent(event);
  }
};

window.WebSocket = FakeSocket;
