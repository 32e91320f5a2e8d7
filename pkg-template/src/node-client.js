import { XanoClient } from "./client.js";
import { asNodeClient } from "./http/node.js";

/** The client as the original makes it for Node. */
export class XanoNodeClient extends /* @__PURE__ */ asNodeClient(XanoClient) {}
