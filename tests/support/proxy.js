// A TCP proxy between clients and the server, which breaks connections where it is told to.

import { once } from "node:events";
import { connect, createServer } from "node:net";

/** @param {number} target port on 127.0.0.1 */
export async function startProxy(target) {
  const proxy = new BreakableProxy(target);
  await proxy.listen();
  return proxy;
}

class BreakableProxy {
  #target;
  #server;
  /** The connections that are there: each is `{ near, far, cutAt }`. */
  #pairs = new Set();
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
    for (const { near, far } of this.#pairs) for (const end of [near, far]) end.pause();
  }

  close() {
    this.#server.close();
    for (const pair of this.#pairs) this.#break(pair);
  }

  #join(near) {
    const far = connect(this.#target, "127.0.0.1");
    const pair = { near, far, cutAt: undefined };
    this.#pairs.add(pair);
    for (const [from, to] of [
      [near, far],
      [far, near],
    ]) {
      from.setNoDelay(true);
      from.on("data", (bytes) => this.#pass(pair, bytes, to));
      from.on("error", () => this.#break(pair));
      from.on("close", () => this.#break(pair));
    }
  }

  #pass(pair, bytes, to) {
    if (pair.cutAt === undefined) return to.write(bytes);
    this.cuts += 1;
    to.write(bytes.subarray(0, Math.floor(bytes.length * pair.cutAt)), () => this.#break(pair));
    pair.cutAt = undefined;
    for (const end of [pair.near, pair.far]) end.pause();
  }

  #break(pair) {
    this.#pairs.delete(pair);
    for (const end of [pair.near, pair.far]) end.destroy();
  }
}
