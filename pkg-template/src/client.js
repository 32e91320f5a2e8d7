import { XanoBase } from "./base.js";
import { withHttp } from "./http/part.js";
import { withRealtime } from "./realtime/part.js";

export class XanoClient extends /* @__PURE__ */ withHttp(/* @__PURE__ */ withRealtime(XanoBase)) {}
