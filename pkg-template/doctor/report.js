// The report: plays what docs/protocol.md assumes of a server, and says of each row whether it holds there.

import { connectionRows } from "./report/connection.js";
import { extensionRows } from "./report/extensions.js";
import { historyRows } from "./report/history.js";
import { joiningRows } from "./report/joining.js";
import { messageRows } from "./report/messages.js";
import { presenceRows } from "./report/presence.js";
import { publishRows } from "./report/publish.js";
import { CannotTell, cannotTell, Stage } from "./report/stage.js";

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
export async function playReport(settings) {
  const rows = [];
  for (const { play, ...row } of ROWS) rows.push({ ...row, ...(await verdictOf(play, settings)) });
  const summary = { holds: 0, differs: 0, "cannot tell": 0 };
  for (const { verdict } of rows) summary[verdict] += 1;
  return { channel: settings.channel, summary, rows };
}

/** Each row has sockets of its own, which are closed behind it. */
async function verdictOf(play, settings) {
  let stage;
  try {
    stage = new Stage(settings);
    return await play(stage);
  } catch (error) {
    return cannotTell(error instanceof CannotTell ? error.message : `the doctor got no further: ${error.message}`);
  } finally {
    await stage?.closeAll();
  }
}
