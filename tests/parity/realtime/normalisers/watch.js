// When ours takes the connection for a good one, and when it takes the socket for a dead one.

import { needs } from "./uses.js";

const STABLE_AFTER_MS = 10_000;
const GOOD_AFTER_MS = 60_000;
const ECHO_WITHIN_MS = 10_000;
const READ_WITHIN_MS = 1_000;
const LOOK_EVERY_MS = 25_000;
const SLEPT_AFTER_MS = 75_000;

/** Of one socket, from when it opens. */
export class Watch {
  #awaitsEcho = false;
  /** Its timer was late, so what came while the page was busy is read first. */
  #reads = false;
  /** Whether anything came since the timer was set. */
  #heard = false;
  #timer;
  #after_ms;
  #lasted_ms = 0;

  constructor(page, socket) {
    Object.assign(this, { page, socket });
    this.#look(STABLE_AFTER_MS);
  }

  /** Whether the connection was alive for long enough. */
  get wasGood() {
    return this.#lasted_ms >= (this.socket.hasJoined ? STABLE_AFTER_MS : GOOD_AFTER_MS);
  }

  heard() {
    this.#heard = true;
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
    this.#heard = false;
    this.#after_ms = after_ms;
    clock.clear(this.#timer);
    this.#timer = clock.set(() => this.#looked(clock.now - due), after_ms);
  }

  #looked(late_ms) {
    const { page, socket } = this;
    if (!page.isInUse(socket)) return;
    if (late_ms > SLEPT_AFTER_MS) return page.replace();
    this.#reads = late_ms > READ_WITHIN_MS && !this.#reads;
    if (this.#reads) {
      const due = page.clock.now + READ_WITHIN_MS;
      this.#timer = page.clock.set(() => this.#looked(page.clock.now - due), READ_WITHIN_MS);
      return;
    }
    const misses = this.#awaitsEcho && !this.#heard;
    this.#awaitsEcho = false;
    if (misses && needs(37)) return page.giveUp(socket);
    this.#lasted_ms += this.#after_ms;
    this.#look(LOOK_EVERY_MS);
  }
}
