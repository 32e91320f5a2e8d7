// When ours takes the connection for a good one, and when it takes the socket for a dead one.

import { needs } from "./uses.js";

const STABLE_AFTER_MS = 10_000;
const ECHO_WITHIN_MS = 10_000;
const LOOK_EVERY_MS = 20_000;
const SLEPT_AFTER_MS = 75_000;

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
    const due = clock.now + after_ms;
    clock.clear(this.#timer);
    this.#timer = clock.set(() => this.#looked(clock.now - due), after_ms);
  }

  #looked(late_ms) {
    const { page, socket, heardAt } = this;
    if (!page.isInUse(socket)) return;
    if (late_ms > SLEPT_AFTER_MS) return page.replace();
    const isDead = this.#awaitsEcho && page.clock.now - heardAt > ECHO_WITHIN_MS + late_ms;
    this.#awaitsEcho = false;
    if (isDead && needs(37)) return page.giveUp(socket);
    page.isGood();
    this.#look(LOOK_EVERY_MS);
  }
}
