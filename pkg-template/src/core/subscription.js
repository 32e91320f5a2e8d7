/** @import { ChannelHandle } from "./channel-handle.js" */
/** @import { Connection } from "./connection.js" */

/** One channel of a connection: joined once, however many channel objects of the page are on it. */
export class Subscription {
  /** 1 once the server has answered the join on the current socket, 2 when it answers publishing as well. */
  joined = 0;
  /** How many frames the engine has of it. */
  unsent = 0;
  /**
   * Replaced, never changed: a message is handed to the handlers that were there when it came.
   * @type {ChannelHandle[]}
   */
  handles = [];

  /**
   * @param {Connection} connection
   * @param {string} name
   * @param {number} slot its number on the connection
   */
  constructor(connection, name, slot) {
    this.connection = connection;
    this.name = name;
    this.slot = slot;
  }
}
