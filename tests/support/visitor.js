// Somebody on a page of ours: finds things as a person does, by their labels and roles.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";

export const PASSWORD = "correct horse";
const AXE = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

export class Visitor {
  constructor(page) {
    this.page = page;
  }

  locator(...selector) {
    return this.page.locator(...selector);
  }

  field(label) {
    return this.page.getByLabel(label, { exact: true });
  }

  submit() {
    return this.page.getByRole("button", { name: "Submit" }).click();
  }

  async enter() {
    await this.submit();
    await this.state(/^Connected$/);
  }

  choose(room) {
    return this.field("Room").selectOption(room);
  }

  /** Unfolds the account's part of the form and fills it in; a click on one of its buttons is left to the test. */
  async fillInAccount({ email, password = PASSWORD }) {
    if (!(await this.field("E-mail").isVisible())) await this.page.getByText("Log in or sign up").click();
    await this.field("E-mail").fill(email);
    await this.field("Password").fill(password);
  }

  async signUp(account) {
    await this.fillInAccount(account);
    await this.button("Sign up").click();
  }

  async logIn(account) {
    await this.fillInAccount(account);
    await this.button("Log in").click();
  }

  isLoggedInAs(name) {
    return this.state(new RegExp(`^Logged in as ${name} `));
  }

  button(name) {
    return this.page.getByRole("button", { name, exact: true });
  }

  writeTo(name) {
    return this.button(`Write to ${name} alone`).click();
  }

  leave() {
    return this.page.getByRole("button", { name: "Leave" }).click();
  }

  async say(text) {
    await this.field("Message").fill(text);
    await this.field("Message").press("Enter");
  }

  bubbles(text) {
    return this.locator(".bubble", { hasText: text });
  }

  sees(text) {
    return this.bubbles(text).first().waitFor();
  }

  /** Every message in the room, oldest first. */
  said() {
    return this.locator(".bubble").allTextContents();
  }

  /** What is not in the room yet, each with its state. */
  waitingFor() {
    return this.locator("#waiting li").evaluateAll((items) =>
      items.map((item) => [...item.querySelectorAll("span")].map((span) => span.textContent)),
    );
  }

  state(words) {
    return this.page.getByRole("status").filter({ hasText: words }).first().waitFor();
  }

  problem(words) {
    return this.page.getByRole("alert").filter({ hasText: words }).waitFor();
  }

  /** Waits until exactly those are listed; "Guest" stands for anybody who has not spoken. */
  people(names) {
    return this.page.waitForFunction((names) => {
      const listed = [...document.querySelectorAll("#people li")].map((item) => item.textContent);
      return (
        listed.length === names.length &&
        names.every((name, i) => (name === "Guest" ? /^Guest/.test(listed[i]) : listed[i] === name))
      );
    }, names);
  }

  peopleInAnyOrder(names) {
    return this.page.waitForFunction((names) => {
      const listed = [...document.querySelectorAll("#people li")].map((item) => item.textContent);
      return listed.sort().join() === names.sort().join();
    }, names);
  }

  focused() {
    return this.page.evaluate(() => {
      const element = document.activeElement;
      return element.labels?.[0]?.textContent ?? element.textContent.trim();
    });
  }

  async tabTo(label) {
    for (let i = 0; i < 20; i++) {
      await this.page.keyboard.press("Tab");
      if ((await this.focused()) === label) return;
    }
    assert.fail(`Tab does not lead to "${label}"`);
  }

  sidewaysOverflow() {
    return this.page.evaluate(() => document.documentElement.scrollWidth - screen.width);
  }

  async hasNoFaults() {
    await this.page.evaluate(() => Promise.all(document.getAnimations().map((animation) => animation.finished)));
    if (!(await this.page.evaluate(() => "axe" in window))) await this.page.evaluate(AXE);
    const { violations } = await this.page.evaluate(() => axe.run());
    assert.deepEqual(
      violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(" ")}`),
      [],
    );
  }
}
