import assert from "node:assert/strict";

/**
 * What a subscriber has not heard of what was taken: the size of each gap that it was told of (`!gap`), and the losses
 * that it was not told of. Messages are `publisher:number`, and each publisher's come in their order.
 *
 * @param {string[]} heard @param {string[]} taken
 */
export function gapsOf(heard, taken) {
  const sizes = [];
  const unreported = [];
  const publishers = new Map();
  for (const message of taken) {
    const [publisher, number] = message.split(":");
    if (!publishers.has(publisher)) publishers.set(publisher, { numbers: [], gap: undefined });
    publishers.get(publisher).numbers.push(Number(number));
  }
  const reach = (publisher, end) => {
    const { numbers, gap } = publisher;
    while (numbers[0] < end) {
      const lost = numbers.shift();
      if (gap === undefined) unreported.push(lost);
      else sizes[gap] += 1;
    }
    publisher.gap = undefined;
  };
  for (const entry of heard) {
    if (entry === "!gap") {
      sizes.push(0);
      // Of two gaps with nothing heard in between, the first has it all.
      for (const publisher of publishers.values()) publisher.gap ??= sizes.length - 1;
    }
    if (entry.startsWith("!")) continue;
    const [from, number] = entry.split(":");
    const publisher = publishers.get(from);
    reach(publisher, Number(number));
    if (publisher.numbers[0] === Number(number)) publisher.numbers.shift();
  }
  for (const publisher of publishers.values()) reach(publisher, Number.POSITIVE_INFINITY);
  return { sizes, unreported };
}

/**
 * What of the one order is missing without a gap that was told there, as an error with that code.
 *
 * @param {string[]} heard @param {string[]} order @param {string} [code]
 */
export function unreported(heard, order, code = "gap") {
  const missing = [];
  let at = 0;
  let isTold = false;
  for (const entry of heard) {
    if (entry === `!${code}`) isTold = true;
    if (entry.startsWith("!")) continue;
    const found = order.indexOf(entry, at);
    assert.ok(found >= at, `${entry} comes in another order`);
    if (!isTold) missing.push(...order.slice(at, found));
    at = found + 1;
    isTold = false;
  }
  return isTold ? missing : [...missing, ...order.slice(at)];
}
