import { coded } from "../errors.js";

/** @import { XanoBase } from "../base.js" */

/**
 * Gives a client a `channel()` that says where channels are.
 * @template {new (...args: any[]) => XanoBase} B
 * @param {B} Base
 */
export function withoutRealtime(Base) {
  return class extends Base {
    /** @returns {never} */
    channel() {
      throw coded("no_realtime", '"xano-wasm/http" has no Realtime: import { XanoClient } from "xano-wasm".');
    }
  };
}
