import { links } from "../core/link.js";

/** What programs reach into the original for: the page's socket. Not in the bundle for script tags. */
export class XanoRealtimeState {
  /** @type {XanoRealtimeState | undefined} */
  static _instance;

  static getInstance() {
    XanoRealtimeState._instance ??= new XanoRealtimeState();
    return XanoRealtimeState._instance;
  }

  /** The newest socket of the page; null where there is none. */
  getSocket() {
    return [...links].pop()?.socket ?? null;
  }

  /** Every client gets a new socket. */
  reconnect() {
    for (const link of [...links]) link.close(4000);
  }
}
