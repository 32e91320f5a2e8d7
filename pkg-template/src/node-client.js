import { XanoClient } from "./client.js";
import { XanoObjectStorage } from "./storage.js";

/** The client as the original makes it for Node: tokens in memory, and objects in a form are JSON. */
export class XanoNodeClient extends XanoClient {
  constructor(settings) {
    super({ ...settings, storage: settings?.storage ?? new XanoObjectStorage() });
  }

  _formField(value) {
    return typeof value === "object" && !(value instanceof Blob) ? JSON.stringify(value) : value;
  }
}
