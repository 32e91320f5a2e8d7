// One user: a browser context of their own with one page in it. Everything is awaited as an event of that page.

import { fileURLToPath } from "node:url";
import { sendSocketsTo } from "./clients.js";

export const IN_PAGE = fileURLToPath(new URL("in-page.js", import.meta.url));
const EVERYTHING = { history: true, presence: true, queueOfflineActions: true };
const DEADLINE_MS = 30_000;

export class User {
  #settings;

  /** Opens the page of one way to load a client and waits until `XanoClient` is there. */
  static async arrive({ browser, pages, server, client, prepare }) {
    const context = await browser.newContext();
    await context.addInitScript({ path: IN_PAGE });
    // Over TLS it reaches the server as it is: then there is no port to send it to.
    if (client === "original" && server.port) await context.addInitScript(sendSocketsTo, server.port);
    if (prepare) await context.addInitScript(prepare);
    const page = await context.newPage();
    page.setDefaultTimeout(DEADLINE_MS);
    const user = new User(context, page, server.clientSettings);
    await page.goto(await pages.pageOf(client));
    await user.#clientLoaded();
    return user;
  }

  constructor(context, page, settings) {
    this.context = context;
    this.page = page;
    this.#settings = settings;
  }

  /** Makes the client; `settings` on top of those of the server. */
  connect(settings = {}) {
    return this.page.evaluate((settings) => probe.connect(settings), { ...this.#settings, ...settings });
  }

  /** Opens the channel and collects what it gets, without waiting for anything. */
  open(name, options = EVERYTHING) {
    return this.page.evaluate(([name, options]) => probe.open(name, options), [name, options]);
  }

  /** Opens the channel and waits until the server let this user in. */
  async join(name, options = EVERYTHING) {
    await this.open(name, options);
    await this.until((name) => probe.of(name, "join").length > 0, name);
  }

  /** Makes a client, too, and joins. */
  async enter(name, options = EVERYTHING) {
    await this.connect();
    await this.join(name, options);
  }

  /** By the client's own HTTP: an account, and a login whose token the next socket carries. */
  async signUpAndLogIn(name) {
    const account = {
      name,
      email: `${name.toLowerCase()}-${crypto.randomUUID()}@example.com`,
      password: "correct horse",
    };
    await this.page.evaluate(async ({ name, email, password }) => {
      await probe.client.post("/auth/signup", { name, email, password });
      const response = await probe.client.post("/auth/login", { email, password });
      probe.client.setRealtimeAuthToken(response.getBody().authToken);
    }, account);
    return account;
  }

  message(name, payload, options) {
    return this.page.evaluate(
      ([name, payload, options]) => probe.channels.get(name).message(payload, options),
      [name, payload, options],
    );
  }

  /** Waits until that many entries came as history of the channel, and returns their payloads. */
  async history(name, count) {
    await this.until(([name, count]) => probe.history(name).length >= count, [name, count]);
    return this.page.evaluate((name) => probe.history(name).map((entry) => entry.payload), name);
  }

  /** Waits until `count` messages came on the channel, and returns their payloads. */
  async messages(name, count) {
    await this.until(([name, count]) => probe.messages(name).length >= count, [name, count]);
    return this.page.evaluate((name) => probe.messages(name), name);
  }

  /** To one socket of the channel, by way of its entry in the presence list. */
  whisper(name, socketId, payload) {
    return this.page.evaluate(
      ([name, socketId, payload]) =>
        probe.channels
          .get(name)
          .getPresence()
          .find((member) => member.socketId === socketId)
          .message(payload),
      [name, socketId, payload],
    );
  }

  /** Waits for an action of that kind on the channel, and returns the first. */
  async action(name, kind) {
    await this.until(([name, kind]) => probe.of(name, kind).length > 0, [name, kind]);
    return this.page.evaluate(([name, kind]) => probe.of(name, kind)[0], [name, kind]);
  }

  /** Waits for that many refusals on the channel, and returns what they say, oldest first. */
  async errors(name, count) {
    await this.until(([name, count]) => probe.of(name, "error").length >= count, [name, count]);
    return this.page.evaluate((name) => probe.of(name, "error").map((error) => error.payload), name);
  }

  /** Everything the channel's handlers got so far. */
  actions(name) {
    return this.page.evaluate((name) => probe.actions.get(name), name);
  }

  /** Waits until that many are present in the channel, and returns their socket ids. */
  async present(name, count) {
    await this.until(([name, count]) => probe.present(name).length === count, [name, count]);
    return this.page.evaluate((name) => probe.present(name), name);
  }

  /** Waits until exactly those are present: names from `extras`, `anonymous` for whoever has none; any order. */
  async presentAs(name, ...names) {
    const list = names.sort().join();
    await this.until(([name, list]) => probe.presentAs(name).sort().join() === list, [name, list]);
  }

  /** The socket id of whoever has that name in the presence list. */
  socketOf(name, who) {
    return this.page.evaluate(([name, who]) => probe.present(name)[probe.presentAs(name).indexOf(who)], [name, who]);
  }

  /** Waits until the predicate, run in the page, is true. */
  until(predicate, argument) {
    return this.page.waitForFunction(predicate, argument);
  }

  /** Errors and rejections that nobody caught since the last call. */
  takeUncaught() {
    return this.page.evaluate(() => probe.uncaught.splice(0));
  }

  async reload() {
    await this.page.reload();
    await this.#clientLoaded();
  }

  leave() {
    return this.context.close();
  }

  #clientLoaded() {
    return this.until(() => typeof window.XanoClient === "function");
  }
}
