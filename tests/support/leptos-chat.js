// The Marvel chat in Rust, as somebody uses it.

import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { Visitor } from "./visitor.js";
import { watchedContext } from "./watched-context.js";

export const LEPTOS_CHAT = fileURLToPath(new URL("../../target/leptos-chat/site", import.meta.url));

export function requireLeptosChat() {
  if (!existsSync(LEPTOS_CHAT)) throw new Error("the chat in Rust is not built: `npm run test:more` does it");
}

/** Opens the page and fills in the form; at the test's end no error may be uncaught. */
export async function visitLeptosChat(t, browser, url, server, name) {
  const context = await watchedContext(t, browser);
  const page = await context.newPage();
  await page.goto(url);
  const visitor = new Visitor(page);
  await visitor.field("API group base URL").fill(server.clientSettings.apiGroupBaseUrl);
  await visitor.field("Connection Hash").fill(server.clientSettings.realtimeConnectionHash);
  await visitor.field("Your name").fill(name);
  return visitor;
}
