// Deviations of channel objects: joining, leaving, sending, presence.

import { outcome, Stage } from "./stage.js";

const DEAD = { queueOfflineActions: false };

export const channels = [
  {
    number: 2,
    title: "what is sent while connecting waits, unless queueOfflineActions is false",
    async play(library) {
      const stage = new Stage(library);
      stage.listen().message(1);
      stage.page.socket.accept();
      return stage.sent;
    },
    original: ["join a"],
    ours: ["join a", "message a"],
  },
  {
    number: 3,
    title: "history() and private messages wait as well",
    async play(library) {
      const stage = new Stage(library);
      const channel = stage.joined("a", { queueOfflineActions: true });
      stage.present("s1");
      stage.end(1006);
      channel.message(1);
      await stage.pass(1_000);
      const thrown = [() => channel.history(), () => channel.getPresence()[0].message("psst")].map(outcome);
      stage.page.socket.accept();
      return [thrown, stage.sent];
    },
    original: [[11, 11], ["join a"]],
    ours: [
      ["fine", "fine"],
      ["join a", "message a", "history a", "message a"],
    ],
  },
  {
    number: 3,
    title: "history() of a channel object without a handler is not asked later, as nobody could receive it",
    async play(library) {
      const stage = new Stage(library);
      const [channel, other] = ["a", "b"].map((name) => stage.client.channel(name));
      channel.history();
      stage.hear(channel);
      const asked = outcome(() => other.history());
      stage.page.socket.accept();
      return [asked, stage.sent.filter((text) => text.startsWith("history"))];
    },
    original: [11, []],
    ours: ["fine", []],
  },
  {
    number: 3,
    title: "with queueOfflineActions: false the application is told",
    async play(library) {
      const stage = new Stage(library);
      stage.listen("a", DEAD).message(1);
      await stage.pass();
      return stage.heard;
    },
    original: [],
    ours: ["error not_connected"],
  },
  {
    number: 4,
    title: "a channel that is made after opening joins once",
    async play(library) {
      const stage = new Stage(library);
      stage.joined("a");
      stage.listen("b");
      return stage.sent;
    },
    original: ["join b", "join b"],
    ours: ["join b"],
  },
  {
    number: 4,
    title: "a channel that is made while connecting joins when the socket is open",
    async play(library) {
      const stage = new Stage(library);
      stage.listen("a");
      const made = outcome(() => stage.listen("b"));
      stage.page.socket.accept();
      return [made, stage.sent];
    },
    original: [11, ["join a"]],
    ours: ["fine", ["join a", "join b"]],
  },
  {
    number: 9,
    title: "who is announced twice is listed once",
    async play(library) {
      const stage = new Stage(library);
      const channel = stage.joined();
      stage.present("s1", "s1");
      stage.deliver({ action: "presence_update", payload: { action: "join", presence: { socketId: "s1" } } });
      return channel.getPresence().map(({ socketId }) => socketId);
    },
    original: ["s1", "s1", "s1"],
    ours: ["s1"],
  },
  {
    number: 9,
    title: "a malformed presence frame reaches the handlers",
    async play(library) {
      const stage = new Stage(library);
      stage.joined();
      stage.deliver({ action: "presence_full", payload: { presence: null } });
      return stage.heard;
    },
    original: [],
    ours: ['presence_full {"presence":null}'],
  },
  {
    number: 9,
    title: "a field of an entry replaces neither the prototype nor a method of the member",
    async play(library) {
      const stage = new Stage(library);
      const channel = stage.joined();
      const present = (text) => {
        stage.deliver({ action: "presence_full", payload: { presence: [JSON.parse(text)] } });
        return channel.getPresence()[0];
      };
      const replaced = present('{"socketId": "s1", "__proto__": {"isAdmin": true}}');
      const shadowed = present('{"socketId": "s1", "message": "text"}');
      return [replaced.isAdmin ?? "no admin", typeof replaced.message, typeof shadowed.message];
    },
    original: [true, "undefined", "string"],
    ours: ["no admin", "function", "function"],
  },
  {
    number: 10,
    title: "two objects of one name join once, and the last one leaves",
    async play(library) {
      const stage = new Stage(library);
      const objects = stage.listenTogether("a", "a");
      stage.page.socket.accept();
      for (const object of objects) object.destroy();
      return stage.sent;
    },
    original: ["join a", "join a", "leave a", "leave a"],
    ours: ["join a", "leave a"],
  },
  {
    number: 11,
    title: "on() after destroy() starts anew; message() and history() send nothing and warn",
    async play(library) {
      const stage = new Stage(library);
      const [channel] = stage.listenTogether("a", "b");
      stage.page.socket.accept();
      stage.forget();
      channel.destroy();
      channel.message(1);
      channel.history();
      channel.on("message", ({ payload }) => stage.heard.push(payload));
      stage.deliver({ action: "message", payload: "alive again" });
      return [stage.sent, stage.warnings, stage.heard];
    },
    original: [["leave a", "message a", "history a"], 0, []],
    ours: [["leave a", "join a"], 2, ["alive again"]],
  },
  {
    number: 18,
    title: "the first message() opens the connection",
    async play(library) {
      const stage = new Stage(library);
      stage.client.channel("a").message(1);
      return stage.sockets.length;
    },
    original: 0,
    ours: 1,
  },
  {
    number: 25,
    title: "a leave is sent once, and only for what was joined",
    async play(library) {
      const stage = new Stage(library);
      const unused = stage.client.channel("b");
      const channel = stage.joined();
      stage.listen("c");
      stage.forget();
      unused.destroy();
      channel.destroy();
      channel.destroy();
      return stage.sent;
    },
    original: ["leave b", "leave a", "leave a"],
    ours: ["leave a"],
  },
  {
    number: 25,
    title: "destroy() works while connecting",
    async play(library) {
      const stage = new Stage(library);
      const channel = stage.listen();
      const destroyed = outcome(() => channel.destroy());
      stage.page.socket.accept();
      return [destroyed, stage.sent];
    },
    original: [11, ["join a"]],
    ours: ["fine", []],
  },
  {
    number: 26,
    title: "history and presence are asked for with true or false",
    async play(library) {
      const stage = new Stage(library);
      const payloads = [];
      stage.page.witness.sent = (_, text) => payloads.push(JSON.parse(text).payload);
      stage.listen("a", { history: 25, presence: "yes" });
      stage.page.socket.accept();
      return payloads;
    },
    original: [{ history: 25, presence: "yes" }],
    ours: [{ history: true, presence: true }],
  },
  {
    number: 28,
    title: "a destroyed channel lists nobody",
    async play(library) {
      const stage = new Stage(library);
      const channel = stage.joined();
      stage.present("s1");
      channel.destroy();
      return channel.getPresence().length;
    },
    original: 1,
    ours: 0,
  },
];
