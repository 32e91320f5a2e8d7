// How the rows of a report are played, for both versions of Realtime.

import { CannotTell, cannotTell } from "./stage.js";

/**
 * Plays all rows, one after the other. Resolves with `{ channel, summary, rows }`.
 *
 * @param {any[]} rows `{ play, … }`: `play` gets the stage
 * @param {new (settings: any) => any} Stage each row gets one
 * @param {{ channel: string }} settings
 */
export async function playRows(rows, Stage, settings) {
  const played = [];
  const summary = { holds: 0, differs: 0, "cannot tell": 0 };
  for (const { play, ...row } of rows) {
    const outcome = await verdictOf(play, Stage, settings);
    summary[outcome.verdict] += 1;
    played.push({ ...row, ...outcome });
  }
  return { channel: settings.channel, summary, rows: played };
}

/** Each row has sockets of its own, which are closed behind it. */
async function verdictOf(play, Stage, settings) {
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
