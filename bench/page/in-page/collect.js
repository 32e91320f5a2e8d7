// Collects the heap, so that no contender pays for the garbage of the one before it.

/** Enough garbage to make an engine collect that has no door for it. */
const PRESSURE = 300_000;

export async function collect() {
  // Asynchronous: what the stack seems to hold is collected as well.
  if (typeof gc === "function") await gc({ type: "major", execution: "async" });
  else if (typeof TestUtils === "object") await TestUtils.gc();
  else Array.from({ length: PRESSURE }, (_, index) => ({ index, more: [index] }));
  // What waits for the collection, such as the closing of dropped channels, is a task of its own.
  await new Promise((resolve) => setTimeout(resolve));
}
