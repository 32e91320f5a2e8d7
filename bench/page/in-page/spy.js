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

/** What is held now. A slot of the table that is free holds nothing. */
window.holdings = () => {
  // Before anything is counted: the lists of slots below would be counted too.
  const heap = performance.memory?.usedJSHeapSize;
  const memory = wasm?.find((value) => value instanceof WebAssembly.Memory);
  const tables = wasm?.filter((value) => value instanceof WebAssembly.Table) ?? [];
  const slots = tables.flatMap((table) => Array.from({ length: table.length }, (_, index) => table.get(index)));
  return {
    "wasm bytes": memory?.buffer.byteLength ?? 0,
    slots: slots.filter((value) => value !== undefined && value !== null).length,
    "table length": slots.length,
    listeners: held.listeners,
    heap,
  };
};
