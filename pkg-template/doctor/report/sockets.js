// The sockets that one row of a report is played with, for both versions of Realtime.

import { openSocket } from "../socket.js";

export const ANSWER_MS = 5_000;
/** How long a frame that must not come is waited for, behind an answer that has come. */
const QUIET_MS = 500;

export class Sockets {
  /** Promises of sockets: a row may end while it still opens some. */
  #sockets = [];

  constructor({ url, channel, token }) {
    this.url = url;
    this.channel = channel;
    this.token = token;
  }

  /** A socket as it opens; with the token that was given, unless another or `null` is named. */
  open({ token = this.token, url = this.url } = {}) {
    const opening = openSocket(url, token ? { token } : {});
    this.#sockets.push(opening);
    return opening;
  }

  /** Gives frames that must not come the time to come. */
  quiet(ms = QUIET_MS) {
    return new Promise((resolve) => setTimeout(resolve, ms));
  }

  /** The first frame that `isIt`: one that has come, or one that comes within the time. */
  find(socket, isIt) {
    return socket.wait(() => socket.heard.find(isIt), ANSWER_MS);
  }

  async closeAll() {
    const opened = await Promise.allSettled(this.#sockets);
    await Promise.all(opened.map((socket) => socket.status === "fulfilled" && socket.value.close()));
  }
}
