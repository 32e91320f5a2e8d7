// A classic script, before the library: what it holds of the page, counted.

const held = { listeners: 0, timers: 0 };
let wasm;

const { addEventListener, removeEventListener } = EventTarget.prototype;
EventTarget.prototype.addEventListener = function (...args) {
  held.listeners += 1;
  return addEventListener.apply(this, args);
};
EventTarget.prototype.removeEventListener = function (...args) {
  held.listeners -= 1;
  return removeEventListener.apply(this, args);
};

const Instance = WebAssembly.Instance;
WebAssembly.Instance = class extends Instance {
  constructor(...args) {
    super(...args);
    wasm = Object.values(this.exports);
  }
};

/** What is held now. */
window.holdings = () => {
  const heap = performance.memory?.usedJSHeapSize;
  const memory = wasm?.find((value) => value instanceof WebAssembly.Memory);
  return {
    "wasm bytes": memory?.buffer.byteLength ?? 0,
    channels: FakeSocket.latest?.joined.size ?? 0,
    listeners: held.listeners,
    heap,
  };
};
