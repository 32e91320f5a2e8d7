// The network between a page and the model of the V2 service, in virtual time. Frames take their time, and those on their way
// are lost when a connection breaks. A watcher sees every frame that the page sends, and every one that reaches it.

import { SECRET } from "../v2/rooms.js";
import { Service } from "../v2/service.js";

const COMING_BACK = [1001, 1005, 1006, 1006, 1006, 1009, 1011, 1012, 1013, 1014, 4000];
const FOR_GOOD = [1000, 1002, 1003, 1007, 1008, 1010, 1015, 3000, 4001, 4401, 4403, 4999];
const BROKEN = 1006;
const RESTART = 1012;
/** The longest that a frame is on its way. */
export const LONGEST_WAY_MS = 1_200;
const WAYS_MS = [0, 0, 1, 20, 300, LONGEST_WAY_MS];
/** How long the service takes until it is ready for a socket. */
const HANDSHAKES_MS = [0, 0, 150, 150, 900, 5_000];
/** Less than on Xano, so that every program sees whether the client sends something in time. */
const IDLE_MS = 45_000;
const OPEN = 1;

export class Network {
  /** The open sockets. */
  sockets = new Set();
  /** Whether connections hold from now on. */
  isCalm = false;
  counts = { cuts: 0, stalls: 0, restarts: 0, handshakes: 0 };

  /** @param {{ clock, dice, settings, watcher: { sent(socket, text), arrives(socket, text, hand), idled(socket) } }} world */
  constructor({ clock, dice, settings, watcher }) {
    Object.assign(this, { clock, dice, watcher });
    this.service = new Service({ settings, clock, secret: SECRET, idle_ms: IDLE_MS });
  }

  /** The page makes a socket. */
  opened(socket) {
    Object.assign(socket, { busyUntil: { up: 0, down: 0 }, lost: { up: false, down: false } });
    const isAccepted = this.isCalm || !this.dice.chance(0.2);
    this.clock.set(() => {
      if (socket.readyState !== 0) return;
      if (isAccepted) this.#accept(socket);
      else socket.end(BROKEN);
    }, this.dice.pick(WAYS_MS));
  }

  #accept(socket) {
    const [server] = this.service.servers;
    server.handshake_delay_ms = this.isCalm ? 0 : this.dice.pick(HANDSHAKES_MS);
    if (server.handshake_delay_ms > 0) this.counts.handshakes += 1;
    socket.acceptedAt = this.clock.now;
    this.sockets.add(socket);
    socket.connection = this.service.connect(
      { path: new URL(socket.url).pathname, token: socket.protocols?.[0] },
      {
        deliver: (text) => this.tell(socket, text),
        close: (code, reason) => this.#travel(socket, "down", () => this.#closedByService(socket, code, reason)),
      },
    );
    socket.accept();
  }

  /** The page sends a text. */
  sent(socket, text) {
    this.watcher.sent(socket, text);
    this.#travel(socket, "up", () => socket.connection.receive(text));
  }

  /** The page closes a socket. */
  closed(socket) {
    this.sockets.delete(socket);
    if (socket.connection) this.#travel(socket, "up", () => socket.connection.ended());
  }

  /** Texts go to the page; such as the service would never send, too. */
  tell(socket, ...texts) {
    this.#travel(socket, "down", () => {
      for (const text of texts) {
        if (socket.readyState === OPEN) this.watcher.arrives(socket, text, () => socket.deliver(text));
      }
    });
  }

  /** Frames of one direction arrive in order, or not at all from some point on. */
  #travel(socket, direction, arrive) {
    const at = Math.max(socket.busyUntil[direction], this.clock.now + this.dice.pick(WAYS_MS));
    socket.busyUntil[direction] = at;
    this.clock.set(() => socket.lost[direction] || arrive(), at - this.clock.now);
  }

  /** The service closes a socket that was idle with the code of a broken one. */
  #closedByService(socket, code, reason) {
    const isWhole = !socket.lost.up && socket.readyState === OPEN;
    if (code === BROKEN && isWhole) this.watcher.idled(socket);
    this.sockets.delete(socket);
    socket.end(code, reason);
  }

  // What goes wrong

  /** What is on its way to the service may still get there, and the service may learn of the cut later. */
  cut(socket, code = this.#code()) {
    this.counts.cuts += 1;
    this.sockets.delete(socket);
    socket.lost.down = true;
    socket.lost.up ||= this.dice.chance(0.5);
    const learns = () => socket.connection.ended();
    if (this.isCalm || this.dice.chance(0.5)) learns();
    else this.clock.set(learns, LONGEST_WAY_MS);
    socket.end(code);
  }

  #code() {
    return this.dice.pick(this.dice.chance(0.15) ? FOR_GOOD : COMING_BACK);
  }

  /** From now on nothing arrives in one direction, and neither side is told. */
  stall(socket) {
    this.counts.stalls += 1;
    socket.lost[this.dice.pick(["up", "down"])] = true;
  }

  /** Every socket is closed. Streams and cursors are kept, as in Redis. */
  restart() {
    this.counts.restarts += 1;
    for (const socket of [...this.sockets]) this.cut(socket, this.dice.pick([BROKEN, RESTART]));
  }
}
