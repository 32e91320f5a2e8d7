// Deviations in what handlers are called with, and in what they may do.

import { outcome, Stage } from "./stage.js";

export const handlers = [
  {
    number: 5,
    title: "an exception in a handler is reported, and the next handler runs",
    async play(library) {
      const stage = new Stage(library);
      const channel = stage.client.channel("a");
      channel.on("message", () => {
        throw new Error("a mistake in the page");
      });
      channel.on("message", () => stage.heard.push("the next handler"));
      stage.page.socket.accept();
      stage.deliver({ action: "message" });
      return [stage.heard, stage.reported];
    },
    original: [[], []],
    ours: [["the next handler"], ["a mistake in the page"]],
  },
  {
    number: 5,
    title: "a handler that always throws is reported once, and then named on the console",
    async play(library) {
      const stage = new Stage(library);
      const printed = [];
      stage.page.globals.console.error = (error) => printed.push(error.message);
      const channel = stage.client.channel("a");
      for (const name of ["one", "other"]) {
        channel.on("message", () => {
          throw new Error(name);
        });
      }
      stage.page.socket.accept();
      for (let count = 0; count < 3; count++) stage.deliver({ action: "message" });
      return [stage.reported, printed];
    },
    original: [[], []],
    ours: [
      ["one", "other"],
      ["one", "other", "one", "other"],
    ],
  },
  {
    number: 6,
    title: "the first handler on an open connection is told so, afterwards",
    async play(library) {
      const stage = new Stage(library);
      stage.joined("a");
      stage.deliver({ action: "message", options: { channel: "b" }, payload: "old" });
      stage.listen("b");
      const atOnce = [...stage.heard];
      await stage.pass();
      return [atOnce, stage.heard];
    },
    original: [[], []],
    ours: [[], ["connection_status connected"]],
  },
  {
    number: 6,
    title: "the page's last frame is not replayed",
    async play(library) {
      const stage = new Stage(library);
      stage.joined("a");
      stage.present("s1");
      return stage.listen("a").getPresence().length;
    },
    original: 1,
    ours: 0,
  },
  {
    number: 11,
    title: "destroy() inside a handler does not make the next channel miss the frame",
    async play(library) {
      const stage = new Stage(library);
      const [leaver] = stage.listenTogether("a", "b");
      leaver.on("event", () => leaver.destroy());
      stage.page.socket.accept();
      stage.forget();
      stage.deliver({ action: "event", options: {} });
      return stage.heard;
    },
    original: ["event null"],
    ours: ["event null", "event null"],
  },
  {
    number: 13,
    title: 'on("error", handler) is called with errors',
    async play(library) {
      const stage = new Stage(library);
      stage.client.channel("a").on("error", ({ payload }) => stage.heard.push(payload.message));
      stage.page.socket.accept();
      stage.deliver({ action: "error", payload: { message: "no" } });
      return stage.heard;
    },
    original: [],
    ours: ["no"],
  },
  {
    number: 16,
    title: "local failures are told as error actions",
    async play(library) {
      const told = [];
      for (const code of [1008, 1009, 4401]) {
        const stage = new Stage(library);
        stage.joined();
        stage.end(code);
        await stage.pass();
        told.push(...stage.heard.filter((text) => text.startsWith("error")));
      }
      const stage = new Stage(library);
      const channel = stage.listen();
      for (let attempt = 0; attempt < 3; attempt++) {
        stage.end(1006);
        await stage.pass(60_000);
      }
      for (let number = 0; number < 1_001; number++) channel.message(number);
      await stage.pass();
      return [...told, ...stage.heard.filter((text) => text.startsWith("error"))];
    },
    original: [],
    ours: ["policy", "too_large", "unauthorized", "cannot_connect", "queue_full"].map((code) => `error ${code}`),
  },
  {
    number: 16,
    title: "where no socket can be made the application is told",
    async play(library) {
      const stage = new Stage(library);
      stage.page.globals.WebSocket = undefined;
      const used = outcome(() => stage.listen());
      await stage.pass();
      return [used, stage.heard.filter((text) => text.startsWith("error"))];
    },
    original: ["TypeError", []],
    ours: ["fine", ["error no_socket"]],
  },
  {
    number: 17,
    title: "a channel object that is made inside a handler does not get the frame that is handed out",
    async play(library) {
      const stage = new Stage(library);
      let isMade = false;
      const channel = stage.client.channel("a");
      channel.on("event", () => {
        if (!isMade) stage.listen("b");
        isMade = true;
      });
      stage.page.socket.accept();
      stage.deliver({ action: "event", options: {} });
      return stage.heard.filter((text) => text.startsWith("event"));
    },
    original: ["event null"],
    ours: [],
  },
  {
    number: 42,
    title: "handlers get every field of a frame",
    async play(library) {
      const stage = new Stage(library);
      const actions = [];
      stage.client.channel("a").on((action) => actions.push(action));
      stage.page.socket.accept();
      stage.deliver({ action: "message", client: null, id: "17-0", type: "chat", ts: 1 });
      const { id, type, ts, client = "none" } = actions.at(-1);
      return [client, { id, type, ts }];
    },
    original: ["none", {}],
    ours: ["none", { id: "17-0", type: "chat", ts: 1 }],
  },
  {
    number: 43,
    title: "an error that no function takes is named on the console, once for each channel and text",
    async play(library) {
      const stage = new Stage(library);
      const warned = [];
      stage.page.witness.warned = (text) => warned.push(/^xano: error on (.+?): (.+?) /.exec(text)?.slice(1));
      const ignore = () => {};
      const [a, b, c] = ["a", "b", "c"].map((name) => stage.client.channel(name));
      a.on(ignore);
      b.on(ignore);
      c.on(ignore, ignore);
      stage.page.socket.accept();
      for (const [channel, message] of [
        ["a", "first"],
        ["a", "first"],
        ["a", "second"],
        ["b", "first"],
        ["c", "first"],
      ]) {
        stage.deliver({ action: "error", options: { channel }, payload: { message } });
      }
      stage.deliver({ action: "error", options: { channel: "a" }, payload: { message: { toString: 1 } } });
      return warned;
    },
    original: [],
    ours: [
      ['channel "a"', "first"],
      ['channel "a"', "second"],
      ['channel "b"', "first"],
      ['channel "a"', '{"message":{"toString":1}}'],
    ],
  },
  {
    number: 29,
    title: "a connection_status from a server does not join again, and is handed on whatever is in it",
    async play(library) {
      const stage = new Stage(library);
      stage.joined();
      stage.deliver({ action: "connection_status", payload: { status: "connected" } });
      stage.deliver({ action: "connection_status" });
      return [stage.sent, stage.heard];
    },
    original: [["join a"], ["connection_status connected"]],
    ours: [[], ["connection_status connected", "connection_status null"]],
  },
];
