// `import { XanoClient } from "xano-wasm/http"`: no Realtime, and no WebAssembly.

import { XanoBase } from "../src/base.js";
import { coded } from "../src/errors.js";
import { asNodeClient } from "../src/http/node.js";
import { withHttp } from "../src/http/part.js";

export class XanoClient extends /* @__PURE__ */ withHttp(XanoBase) {
  /** @returns {never} */
  channel() {
    throw coded("no_realtime", '"xano-wasm/http" has no channels: import "xano-wasm".');
  }
}
/** The client as the original makes it for Node. */
export class XanoNodeClient extends /* @__PURE__ */ asNodeClient(XanoClient) {}
export { XanoContentType, XanoRequestType, XanoStorageKeys } from "../src/enums.js";
export { XanoRequestError } from "../src/http/errors.js";
export { XanoEventStream } from "../src/http/event-stream.js";
export { XanoFile } from "../src/http/file.js";
export { XanoResponse } from "../src/http/response.js";
export {
  XanoBaseStorage,
  XanoCookieStorage,
  XanoLocalStorage,
  XanoObjectStorage,
  XanoSessionStorage,
} from "../src/storage/storage.js";
