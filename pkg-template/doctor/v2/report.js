// The report on Realtime V2: plays each guess of docs/protocol-v2.md, and says what this service does.

import { CannotTell, cannotTell } from "../report/stage.js";
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
export async function playReportV2(settings) {
  const rows = [];
  for (const { play, ...row } of ROWS_V2) rows.push({ ...row, ...(await verdictOf(play, settings)) });
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
