// A person on the page of the Marvel chat, in any browser whose driver can evaluate.

import { Page } from "./page.js";

const DEADLINE_MS = 20_000;

export class ChatPage {
  #tab;
  #page;
  #name;

  static async open(t, browser, url, name) {
    const tab = await browser.open(url);
    t.after(() => tab.close());
    const person = new ChatPage(tab, name);
    await person.#arrived();
    return person;
  }

  constructor(tab, name) {
    this.#tab = tab;
    this.#page = new Page(tab);
    this.#name = name;
  }

  async reload() {
    await this.#tab.reload();
    await this.#arrived();
  }

  async #arrived() {
    await this.until(() => document.getElementById("canonical").value !== "");
  }

  async enter() {
    await this.#page.evaluate((name) => {
      document.getElementById("name").value = name;
      document.getElementById("submit").click();
    }, this.#name);
    await this.until(() => document.querySelector("#people li") !== null);
  }

  /** Types into the field of the message, and leaves it there. */
  type(text) {
    return this.#page.evaluate((text) => {
      const field = document.getElementById("text");
      field.value = text;
      field.dispatchEvent(new Event("input", { bubbles: true }));
    }, text);
  }

  send() {
    return this.#page.evaluate(() => document.getElementById("composer").requestSubmit());
  }

  sees(text) {
    return this.until(
      (text) => [...document.querySelectorAll(".bubble")].some((bubble) => bubble.textContent === text),
      text,
    );
  }

  isMine(text) {
    return this.#page.evaluate((text) => {
      const bubble = [...document.querySelectorAll(".bubble")].find((bubble) => bubble.textContent === text);
      return bubble.closest(".message").classList.contains("mine");
    }, text);
  }

  said() {
    return this.#page.evaluate(() => [...document.querySelectorAll(".bubble")].map((bubble) => bubble.textContent));
  }

  people() {
    return this.#page.evaluate(() => [...document.querySelectorAll("#people li")].map((item) => item.textContent));
  }

  /** Waits until the predicate, run in the page, is true: it is asked whenever the document changes. */
  until(predicate, argument) {
    const text = JSON.stringify(argument) ?? "undefined";
    return this.#page.evaluate(`() => new Promise((resolve, reject) => {
      const holds = () => (${predicate})(${text});
      const stop = () => { observer.disconnect(); clearInterval(looking); clearTimeout(deadline); };
      const look = () => { if (holds()) { stop(); resolve(); } };
      const observer = new MutationObserver(look);
      observer.observe(document, { subtree: true, childList: true, characterData: true, attributes: true });
      // The value of a field changes without a word.
      const looking = setInterval(look, 50);
      const deadline = setTimeout(() => { stop(); reject(new Error("not so in time: " + holds)); }, ${DEADLINE_MS});
      look();
    })`);
  }
}
