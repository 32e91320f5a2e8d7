// A TCP balancer: each connection goes to the next server in turn, or to the one after it where that is not there.

import { once } from "node:events";
import { connect, createServer } from "node:net";
import { pipeline } from "node:stream";

/** @param {number[]} targets ports on 127.0.0.1 */
export async function startBalancer(targets) {
  const balancer = new Balancer(targets);
  await balancer.listen();
  return balancer;
}

class Balancer {
  #targets;
  #turn = 0;
  #near = new Set();
  #server = createServer({ allowHalfOpen: true, pauseOnConnect: true }, (near) => this.#join(near));

  constructor(targets) {
    this.#targets = targets;
  }

  get port() {
    return this.#server.address().port;
  }

  async listen() {
    this.#server.listen(0, "127.0.0.1");
    await once(this.#server, "listening");
  }

  close() {
    this.#server.close();
    for (const near of this.#near) near.destroy();
  }

  async #join(near) {
    this.#near.add(near);
    near.on("close", () => this.#near.delete(near)).on("error", () => near.destroy());
    const far = await this.#reach();
    if (!far || near.destroyed) {
      near.destroy();
      far?.destroy();
      return;
    }
    for (const end of [near, far]) end.setNoDelay(true);
    const over = (error) => {
      if (!error) return;
      near.destroy();
      far.destroy();
    };
    pipeline(near, far, over);
    pipeline(far, near, over);
  }

  /** A connection to a server, if one is there. */
  async #reach() {
    const first = this.#turn++;
    for (let at = 0; at < this.#targets.length; at += 1) {
      const far = connect({
        port: this.#targets[(first + at) % this.#targets.length],
        host: "127.0.0.1",
        allowHalfOpen: true,
      });
      try {
        await once(far, "connect");
        return far;
      } catch {
        far.destroy();
      }
    }
  }
}
