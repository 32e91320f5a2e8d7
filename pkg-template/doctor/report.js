// The report: plays what docs/protocol.md assumes of a server, and says of each row whether it holds there.

import { connectionRows } from "./report/connection.js";
import { extensionRows } from "./report/extensions.js";
import { historyRows } from "./report/history.js";
import { joiningRows } from "./report/joining.js";
import { messageRows } from "./report/messages.js";
import { playRows } from "./report/play.js";
import { presenceRows } from "./report/presence.js";
import { publishRows } from "./report/publish.js";
import { Stage } from "./report/stage.js";

/** `{ section, row, sure, play }`: `row` are words of docs/protocol.md, `sure` is how sure it is there. */
export const ROWS = [
  ...connectionRows,
  ...joiningRows,
  ...messageRows,
  ...historyRows,
  ...presenceRows,
  ...extensionRows,
  ...publishRows,
];

/**
 * Plays all rows, one after the other. Resolves with `{ channel, summary, rows }`.
 *
 * @param {{baseUrl: string, hash: string, channel: string, token?: string}} settings
 */
export function playReport(settings) {
  return playRows(ROWS, Stage, settings);
}
