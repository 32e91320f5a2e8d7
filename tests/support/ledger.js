// Runs in a page before anything else: counts what is alive, so that a test can ask whether anything was left behind.

// wasm-bindgen drops a Rust value when its JavaScript object is collected, if it can. Here tests alone say what is dropped.
delete window.FinalizationRegistry;

window.ledger = {
  sockets: new Set(), // those that nobody has closed
  listeners: 0,
  timers: new Set(),
  sent: [], // every frame, in order

  count() {
    return { sockets: this.sockets.size, listeners: this.listeners, timers: this.timers.size };
  },

  /** The actions of the frames that went out. */
  said() {
    return this.sent.map((text) => JSON.parse(text).action);
  },
};

{
  const { addEventListener, removeEventListener } = EventTarget.prototype;
  EventTarget.prototype.addEventListener = function (...args) {
    ledger.listeners += 1;
    return addEventListener.apply(this, args);
  };
  EventTarget.prototype.removeEventListener = function (...args) {
    ledger.listeners -= 1;
    return removeEventListener.apply(this, args);
  };

  const Native = window.WebSocket;
  window.WebSocket = class WebSocket extends Native {
    constructor(...args) {
      super(...args);
      ledger.latest = this;
      ledger.sockets.add(this);
    }

    send(text) {
      ledger.sent.push(text);
      super.send(text);
    }

    close(...args) {
      ledger.sockets.delete(this);
      super.close(...args);
    }
  };

  for (const [set, clear] of [
    ["setTimeout", "clearTimeout"],
    ["setInterval", "clearInterval"],
  ]) {
    const [start, stop] = [window[set], window[clear]];
    window[set] = (work, ...args) => {
      const timer = start(
        () => {
          if (set === "setTimeout") ledger.timers.delete(timer);
          work();
        },
        ...args,
      );
      ledger.timers.add(timer);
      return timer;
    };
    window[clear] = (timer) => {
      ledger.timers.delete(timer);
      stop(timer);
    };
  }
}
