// What each page does: it shows what came back, or why nothing did.

import { sayHello } from "./say-hello.js";

export const show = (XanoClient) => showOutcome(async () => sayHello(XanoClient, await connection()));

export async function showOutcome(work) {
  const output = document.querySelector("output");
  try {
    output.textContent = await work();
  } catch (error) {
    output.textContent = `${error.name}: ${error.message}`;
  }
}

/** The settings of the server that the page came from. */
export async function connection() {
  const response = await fetch("/connection.json");
  return { apiGroupBaseUrl: `${location.origin}/api:demo`, ...(await response.json()) };
}
