// When ours takes the connection for a good one, and when it takes the socket for a dead one.

import { needs } from "./uses.js";

const STABLE_AFTER_MS = 10_000;
const ECHO_WITHIN_MS = 10_000;

/** Of one socket, from when it opens. */
export class Watch {
  #awaitsEcho = false;
  #timer;

  constructor(page, socket) {
    Object.assign(this, { page, socket, heardAt: socket.madeAt });
    this.#look(STABLE_AFTER_MS);
  }

  heard() {
    this.heardAt = this.page.clock.now;
  }

  /** An own public message was sent. */
  expectEcho() {
    if (this.#awaitsEcho) return;
    this.#awaitsEcho = true;
    this.#look(ECHO_WITHIN_MS);
  }

  #look(after_ms) {
    const { clock } = this.page;
    clock.clear(this.#timer);
    this.#timer = clock.set(() => this.#looked(), after_ms);
  }

  #looked() {
    const { page, socket, heardAt } = this;
    if (!page.isInUse(socket)) return;
    const isDead = this.#awaitsEcho && page.clock.now - heardAt > ECHO_WITHIN_MS;
    this.#awaitsEcho = false;
    if (!isDead) page.isGood();
    else if (needs(37)) page.giveUp(socket);
  }
}
