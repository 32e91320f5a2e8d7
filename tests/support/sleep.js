// A page that sleeps: the process that runs it is stopped, as when a lid is closed.

import assert from "node:assert/strict";
import { once } from "node:events";

/** Stops the page's process while `meanwhile` runs; whatever comes of that, it goes on afterwards. */
export async function asleep(page, meanwhile) {
  const renderer = await rendererOf(page);
  process.kill(renderer, "SIGSTOP");
  try {
    await meanwhile();
  } finally {
    process.kill(renderer, "SIGCONT");
  }
}

/** A trace begins with the page's frames and the processes they are in; the browser says what kind of process it is. */
async function rendererOf(page) {
  const session = await page.context().newCDPSession(page);
  const { targetInfo } = await session.send("Target.getTargetInfo");
  const events = [];
  session.on("Tracing.dataCollected", ({ value }) => events.push(...value));
  const complete = once(session, "Tracing.tracingComplete");
  await session.send("Tracing.start", {
    transferMode: "ReportEvents",
    traceConfig: { includedCategories: ["disabled-by-default-devtools.timeline"] },
  });
  await session.send("Tracing.end");
  await complete;
  await session.detach();
  const { frames } = events.find(({ name }) => name === "TracingStartedInBrowser").args.data;
  const { processId } = frames.find(({ frame }) => frame === targetInfo.targetId);

  const browser = await page.context().browser().newBrowserCDPSession();
  const { processInfo } = await browser.send("SystemInfo.getProcessInfo");
  await browser.detach();
  const renderers = processInfo.filter(({ type }) => type === "renderer").map(({ id }) => id);
  assert.ok(renderers.includes(processId), `process ${processId} of the page is no renderer: those are ${renderers}`);
  return processId;
}
