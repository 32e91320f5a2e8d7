// A client of the typed API on a server without extensions, and the frames of that server.

import { ScriptedServer } from "./scripted-server.js";

const options = { channel: "avengers" };
export const message = (text, more) => ({
  action: "message",
  client: { socketId: "jill", extras: {}, permissions: { dbo_id: 0, row_id: 0 } },
  options: { authenticated: false, socketId: null, ...options, ...more },
  payload: { name: "Jill", text, scores: [] },
});
export const said = (...texts) => texts.map((text) => message(text));
export const event = (text) => ({ action: "event", client: null, options, payload: { data: { name: "", text } } });
export const history = (...entries) => ({ action: "history", client: null, options, payload: { history: entries } });
export const refusal = { action: "error", client: null, options, payload: { message: "No.", code: "refused" } };

/** Joins the channel, which has seen `texts`. */
export async function joined(t, world, { recover = true, kept = false }, ...texts) {
  const [page, server] = [await world.page(t), await ScriptedServer.start(t)];
  await page.evaluate(enter, { port: server.port, recover, kept });
  await server.next("join");
  await page.evaluate(() => hers.joined());
  const member = new Member(page, server);
  if (texts.length > 0) await member.hears(...said(...texts));
  await member.toldSince();
  return member;
}

class Member {
  #told = 0;

  constructor(page, server) {
    this.page = page;
    this.server = server;
  }

  /** Breaks the connection; resolves when it is back and its join acknowledged. */
  async interrupt() {
    this.server.cut();
    await this.server.next("join");
  }

  /** What the application was told since the last call, up to what comes from the server now. */
  async toldSince() {
    this.server.tell({ action: "presence_full", client: null, options, payload: { presence: [] } });
    const told = await this.page.evaluate(() => upTo("present: 0"));
    const news = told.slice(this.#told).filter((words) => words !== "joined");
    this.#told = told.length + 1;
    return news;
  }

  /** The server says all this; resolves with what the application was told. */
  async hears(...frames) {
    this.server.tell(...frames);
    return this.toldSince();
  }

  /** Publishes these; `outcomes()` has what is known of each. */
  async publish(...texts) {
    await this.page.evaluate((texts) => texts.forEach(publish), texts);
    for (const _ of texts) await this.server.next("message");
  }

  outcomes() {
    return this.page.evaluate(() => outcomes);
  }
}

/** Runs in the page. */
function enter({ port, recover, kept }) {
  Math.random = () => 0; // no delay before an attempt
  window.jill = new Client({ ...settings, baseUrl: `http://127.0.0.1:${port}` });
  window.hers = jill.join("avengers", false, kept, recover);
  const told = [];
  const waiting = [];
  let ends = 0;
  (async () => {
    const actions = hers.actions();
    for (;;) {
      const words = await actions.next();
      if (words === undefined) return;
      told.push(
        words.replace(
          /^Jill( \(whispered\))?( \(replayed\))?: (\w+) \[0\]$/,
          (_, _to, again, text) => text + (again ? " again" : ""),
        ),
      );
      for (const resolve of waiting.splice(0)) resolve();
    }
  })();
  /** Everything that was told before the next one of `end`. */
  window.upTo = async (end) => {
    for (;;) {
      const index = told.indexOf(end, ends);
      if (index >= 0) {
        ends = index + 1;
        return told.slice(0, index);
      }
      await new Promise((resolve) => waiting.push(resolve));
    }
  };
  window.outcomes = [];
  window.settled = [];
  window.publish = (text) => {
    const number = outcomes.push("pending") - 1;
    const known = hers.publish("Jill", text).then(
      (id) => (outcomes[number] = id ?? "taken"),
      ({ code }) => (outcomes[number] = code),
    );
    settled.push(known);
  };
}
