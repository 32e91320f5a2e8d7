import { XanoObjectStorage } from "../storage/storage.js";

/**
 * Makes a client as the original makes it for Node: tokens in memory, and objects in a form are JSON.
 * @template {new (...args: any[]) => object} B
 * @param {B} Base
 */
export function asNodeClient(Base) {
  return class extends Base {
    /** @param {any[]} args the settings */
    constructor(...args) {
      super({ ...args[0], storage: args[0]?.storage ?? new XanoObjectStorage() });
    }

    /** @param {any} value */
    _formField(value) {
      return typeof value === "object" && !(value instanceof Blob) ? JSON.stringify(value) : value;
    }
  };
}
