// The owner of the workspace, on the settings panel.

import assert from "node:assert/strict";
import { Visitor } from "./visitor.js";

export class Owner extends Visitor {
  /** Opens the panel, which asks for the token. */
  static async visit(t, browser, url, contextOptions) {
    const context = await browser.newContext(contextOptions);
    const page = await context.newPage();
    const faults = [];
    page.on("pageerror", (error) => faults.push(error.message));
    page.on("console", (message) => {
      if (/Content Security Policy/i.test(message.text())) faults.push(message.text());
    });
    t.after(async () => {
      await context.close();
      assert.deepEqual(faults, [], "errors nobody caught, and what the policy refused");
    });
    await page.goto(`${url}/settings`);
    await page.getByLabel("Token").waitFor();
    return new Owner(page);
  }

  /** Opens the panel and waits until it shows the settings and a first look. */
  static async enter(t, browser, server, contextOptions) {
    const owner = await Owner.visit(t, browser, server.url, contextOptions);
    await owner.enterToken(await server.adminToken());
    await owner.state(/^Live$/);
    return owner;
  }

  async enterToken(token) {
    await this.field("Token").fill(token);
    await this.button("Open the settings").click();
  }

  button(name) {
    return this.page.getByRole("button", { name, exact: true });
  }

  /** One channel of the form, by its place. */
  channel(index) {
    const channel = this.locator("details").nth(index);
    return {
      open: () => channel.locator("summary").click(),
      title: () => channel.locator("summary").innerText(),
      field: (label) => channel.getByLabel(label, { exact: true }),
      switch: (name) => channel.getByRole("switch", { name, exact: true }),
      remove: () => channel.getByRole("button", { name: "Remove this channel" }).click(),
    };
  }

  /** The unfoldable row with this title. A row may stand within another one; its own fields come first. */
  titled(title) {
    const row = this.locator(`details:has(> summary bdi:text-is(${JSON.stringify(title)}))`);
    return {
      open: () => row.locator("summary").first().click(),
      title: () => row.locator("summary").first().innerText(),
      field: (label) => row.getByLabel(label, { exact: true }).first(),
      switch: (name) => row.getByRole("switch", { name, exact: true }).first(),
      button: (name) => row.getByRole("button", { name, exact: true }),
    };
  }

  async save() {
    await this.button("Save").click();
    await this.state(/^\s*Saved\s*$/);
  }

  /** Waits until the count below those words is that number. */
  count(words, number) {
    const count = this.locator("dl > div").filter({ has: this.locator("dt", { hasText: words }) });
    return count
      .locator("dd")
      .filter({ hasText: new RegExp(`^${number}$`) })
      .waitFor();
  }

  /** Waits until the table has a row of this text. */
  row(text) {
    return this.locator("tbody tr").filter({ hasText: text }).waitFor();
  }
}
