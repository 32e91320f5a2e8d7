// The demo page in a browser, for a person of its own.

import { fileURLToPath } from "node:url";
import { Visitor } from "./visitor.js";
import { watchedContext } from "./watched-context.js";

export const DEMO = fileURLToPath(new URL("../../target/demo", import.meta.url));
export const PHONE = { viewport: { width: 360, height: 640 }, isMobile: true, hasTouch: true };

/** Opens the page as a user of its own; waits until the form is ready. At the test's end no error may be uncaught. */
export async function visitDemo(t, browser, { url, name, ...contextOptions }) {
  const context = await watchedContext(t, browser, contextOptions);
  await context.addInitScript(() => {
    window.isAtBottom = () => {
      const { scrollHeight, scrollTop, clientHeight } = document.getElementById("log");
      return scrollHeight - scrollTop - clientHeight < 2;
    };
  });
  const visitor = await openDemo(context, url);
  if (name) await visitor.field("Your name").fill(name);
  return visitor;
}

/** One more tab of that browser. */
export async function openDemo(context, url) {
  const page = await context.newPage();
  const asked = page.waitForResponse((response) => response.url().endsWith("/connection.json"));
  await page.goto(url);
  const answer = await asked;
  if (answer.ok()) await page.waitForFunction(() => document.getElementById("hash").value !== "");
  return new Visitor(page);
}
