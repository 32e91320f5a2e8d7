// A TCP proxy between clients and the server, which makes trouble for the connections that are there when it is told to.

import { once } from "node:events";
import { connect, createServer } from "node:net";
import { pipeline } from "node:stream/promises";
import { setImmediate as turn, setTimeout as wait } from "node:timers/promises";

/** @param {number} target port on 127.0.0.1 */
export async function startProxy(target) {
  const proxy = new TroublesomeProxy(target);
  await proxy.listen();
  return proxy;
}

class TroublesomeProxy {
  #target;
  #server;
  #pairs = new Set();
  #isShut = false;
  /** How many connections were cut. */
  cuts = 0;

  constructor(target) {
    this.#target = target;
    this.#server = createServer((near) => this.#join(near));
  }

  get port() {
    return this.#server.address().port;
  }

  async listen() {
    this.#server.listen(0, "127.0.0.1");
    await once(this.#server, "listening");
  }

  /** Breaks every connection in the middle of the next bytes that pass, at that share of them (0 to 1). */
  cutAt(share) {
    for (const pair of this.#pairs) pair.cutAt = share;
  }

  /** From now on nothing passes, and nobody is told. */
  stall() {
    for (const pair of this.#pairs) pair.isStalled = true;
  }

  /** From now on everything takes so much longer. */
  delay(ms) {
    for (const pair of this.#pairs) pair.delayMs = ms;
  }

  /** From now on what comes in one piece goes on in several, which `dice` chooses. */
  split(dice) {
    for (const pair of this.#pairs) pair.dice = dice;
  }

  /** Breaks every connection, and from now on every new one, until it is opened. */
  shut() {
    this.#isShut = true;
    this.#breakAll();
  }

  open() {
    this.#isShut = false;
  }

  close() {
    this.#server.close();
    this.#breakAll();
  }

  #join(near) {
    if (this.#isShut) return near.destroy();
    const pair = new Pair(near, connect(this.#target, "127.0.0.1"), () => (this.cuts += 1));
    this.#pairs.add(pair);
    near.on("close", () => this.#pairs.delete(pair));
  }

  #breakAll() {
    for (const pair of this.#pairs) pair.break();
  }
}

/** One connection of a client, and the one to the server that stands for it. */
class Pair {
  cutAt;
  isStalled = false;
  delayMs = 0;
  dice;

  constructor(near, far, onCut) {
    this.ends = [near, far];
    this.onCut = onCut;
    for (const end of this.ends) end.setNoDelay(true);
    for (const [from, to] of [this.ends, this.ends.toReversed()]) {
      pipeline(from, (source) => this.#trouble(source), to).catch(() => this.break());
    }
  }

  break() {
    for (const end of this.ends) end.destroy();
  }

  async *#trouble(source) {
    for await (const bytes of source) {
      if (this.delayMs) await wait(this.delayMs);
      if (this.isStalled) await new Promise(() => {});
      if (this.cutAt !== undefined) {
        this.onCut();
        yield bytes.subarray(0, Math.floor(bytes.length * this.cutAt));
        return this.break();
      }
      for (const piece of this.dice ? pieces(bytes, this.dice) : [bytes]) {
        yield piece;
        // A turn of the loop later, so that the pieces do not travel together.
        if (this.dice) await turn();
      }
    }
  }
}

/** One to four of them. */
function pieces(bytes, dice) {
  const points = dice.times(dice.below(4), () => dice.below(bytes.length)).sort((one, other) => one - other);
  return [0, ...points].map((from, number) => bytes.subarray(from, points[number] ?? bytes.length));
}
