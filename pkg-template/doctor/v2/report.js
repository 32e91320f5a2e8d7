// The report on Realtime V2: plays each guess of docs/protocol-v2.md, and says what this service does.

import { playRows } from "../report/play.js";
import { connectionRows } from "./report/connection.js";
import { deliveryRows } from "./report/delivery.js";
import { joiningRows } from "./report/joining.js";
import { messageRows } from "./report/messages.js";
import { Stage } from "./report/stage.js";

/** `{ guess, row, play }`: the name of a guess, and what docs/protocol-v2.md assumes there. */
export const ROWS_V2 = [...connectionRows, ...joiningRows, ...messageRows, ...deliveryRows];

/**
 * Plays all rows, one after the other. Resolves with `{ channel, summary, rows }`.
 *
 * @param {{baseUrl: string, canonical: string, channel: string, type?: string, token?: string}} settings
 */
export function playReportV2(settings) {
  return playRows(ROWS_V2, Stage, settings);
}
