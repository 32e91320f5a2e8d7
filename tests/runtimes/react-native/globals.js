// What React Native 0.76 puts around a program in Hermes, as far as the package asks for it. The test holds the clock and
// the network: `host` tells it what the program wants, and `happen` is called with what comes back.

let calls = 0;
const waiting = new Map();

function host(what, ...args) {
  calls += 1;
  // The mark tells these lines from what the console prints.
  print(`host:${JSON.stringify([what, calls, ...args])}`);
  return calls;
}

globalThis.happen = (call, ...args) => waiting.get(call)?.(...args);
globalThis.host = host;
globalThis.window = globalThis.self = globalThis;
globalThis.console = { log: print, warn: print, error: print };
globalThis.performance = { now: () => Date.now() - started };
const started = Date.now();

globalThis.setTimeout = (work, ms = 0, ...args) => {
  const call = host("timer", ms);
  waiting.set(call, () => {
    waiting.delete(call);
    work(...args);
  });
  return call;
};
globalThis.clearTimeout = (call) => {
  waiting.delete(call);
};
globalThis.setInterval = (work, ms) => {
  const call = host("interval", ms);
  waiting.set(call, work);
  return call;
};
globalThis.clearInterval = globalThis.clearTimeout;

const missing = (name) => {
  throw new Error(`URL.${name} is not implemented`);
};

/** It takes every text, and has none of its parts. */
globalThis.URL = class URL {
  constructor(url) {
    this.href = url.endsWith("/") ? url : `${url}/`;
  }
  get host() {
    return missing("host");
  }
  get hostname() {
    return missing("hostname");
  }
  get origin() {
    return missing("origin");
  }
  get protocol() {
    return missing("protocol");
  }
  toString() {
    return this.href;
  }
};

globalThis.Blob = class Blob {
  constructor(parts) {
    this.size = unescape(encodeURI(parts.join(""))).length;
  }
};

/** Its events bear the time since 1970. */
globalThis.WebSocket = class WebSocket {
  constructor(url, protocols = []) {
    this.readyState = 0;
    this.bufferedAmount = 0;
    this.listeners = {};
    this.number = host("open", url, protocols);
    waiting.set(this.number, (type, init) => {
      this.readyState = { open: 1, close: 3 }[type] ?? this.readyState;
      for (const listener of this.listeners[type] ?? []) listener({ type, timeStamp: Date.now(), ...init });
    });
  }
  addEventListener(type, listener) {
    this.listeners[type] = [...(this.listeners[type] ?? []), listener];
  }
  removeEventListener(type, listener) {
    this.listeners[type] = (this.listeners[type] ?? []).filter((other) => other !== listener);
  }
  send(text) {
    host("send", this.number, text);
  }
  close(code, reason) {
    this.readyState = 2;
    host("close", this.number, code, reason);
  }
};
