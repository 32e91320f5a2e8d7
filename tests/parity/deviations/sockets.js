// Deviations in which sockets there are, when they open, and how they are told about.

import vm from "node:vm";
import { outcome, Stage } from "./stage.js";

export const sockets = [
  {
    number: 1,
    title: "clients with different tokens have sockets of their own",
    async play(library) {
      const stage = new Stage(library);
      const clients = ["one", "two", "two"].map((realtimeAuthToken) => stage.another({ realtimeAuthToken }));
      const objects = clients.map((client) => client.channel("a"));
      for (const object of objects) object.on(() => {});
      return stage.sockets.map(({ protocols }) => protocols[0]);
    },
    original: ["two"],
    ours: ["one", "two"],
  },
  {
    number: 7,
    title: "the delay before reconnecting has full jitter",
    async play(library) {
      const stage = new Stage(library);
      vm.runInContext("Math.random = () => 0.5", stage.page.globals);
      stage.joined();
      stage.end(1006);
      await stage.pass(500);
      return stage.sockets.length;
    },
    original: 1,
    ours: 2,
  },
  {
    number: 7,
    title: "who destroys the last channel while waiting does not reconnect",
    async play(library) {
      const stage = new Stage(library);
      const channel = stage.joined();
      stage.end(1006);
      channel.destroy();
      await stage.pass(60_000);
      return stage.sockets.length;
    },
    original: 2,
    ours: 1,
  },
  {
    number: 7,
    title: "destroying one of several channels opens no socket",
    async play(library) {
      const stage = new Stage(library);
      stage.joined("a");
      const other = stage.listen("b");
      stage.end(1000);
      other.destroy();
      return stage.sockets.length;
    },
    original: 2,
    ours: 1,
  },
  {
    number: 8,
    title: "1001, 1005 and 1009 are reconnected from as well",
    async play(library) {
      const opened = [];
      for (const code of [1001, 1005, 1009]) {
        const stage = new Stage(library);
        stage.joined();
        stage.end(code);
        await stage.pass(1_000);
        opened.push(stage.sockets.length);
      }
      return opened;
    },
    original: [1, 1, 1],
    ours: [2, 2, 2],
  },
  {
    number: 12,
    title: "an illegal token is refused, and never used",
    async play(library) {
      const stage = new Stage(library, { realtimeAuthToken: "Bearer secret" });
      const used = outcome(() => stage.listen());
      await stage.pass();
      return [outcome(() => stage.client.setRealtimeAuthToken("a b")), used, stage.heard.at(-1)];
    },
    original: ["fine", 12, undefined],
    ours: ["invalid_token", "fine", "error invalid_token"],
  },
  {
    number: 30,
    title: "the realtime token is used again after a reload",
    play(library) {
      const storage = new Map();
      const kept = {
        getItem: (key) => storage.get(key) ?? null,
        setItem: (key, value) => storage.set(key, value),
        removeItem: (key) => storage.delete(key),
      };
      new Stage(library, { storage: kept }).client.setRealtimeAuthToken("kept");
      const reloaded = new Stage(library, { storage: kept });
      reloaded.listen();
      return reloaded.page.socket.protocols ?? "anonymous";
    },
    original: "anonymous",
    ours: ["kept"],
  },
  {
    number: 41,
    title: "the value of a cookie is encoded, and the cookie is for this site and for TLS",
    play(library) {
      const { document, XanoCookieStorage } = new Stage(library).page.globals;
      new XanoCookieStorage().setItem("AuthToken", "a b; domain=evil.example");
      return document.cookie.replace(/expires=[^;]+/, "expires");
    },
    original: "AuthToken=a b; domain=evil.example; expires; path=/",
    ours: "AuthToken=a%20b%3B%20domain%3Devil.example; expires; path=/; SameSite=Lax; Secure",
  },
  {
    number: 14,
    title: "the port is kept, and ws: is used for http: nearby",
    async play(library) {
      const urls = [];
      for (const instanceBaseUrl of [
        "https://x.example:8443/api:demo",
        "http://localhost:8080/",
        "http://x9.xano.io",
      ]) {
        const stage = new Stage(library, { instanceBaseUrl });
        stage.listen();
        urls.push(stage.page.socket.url);
      }
      return urls;
    },
    original: ["wss://x.example/rt/hash", "wss://localhost/rt/hash", "wss://x9.xano.io/rt/hash"],
    ours: ["wss://x.example:8443/rt/hash", "ws://localhost:8080/rt/hash", "wss://x9.xano.io/rt/hash"],
  },
  {
    number: 15,
    title: "a base URL that is none is refused by channel()",
    async play(library) {
      const stage = new Stage(library, { instanceBaseUrl: "x8.xano.io" });
      return outcome(() => stage.client.channel("a"));
    },
    original: "fine",
    ours: "Error",
  },
  {
    number: 23,
    title: "realtimeReconnect() opens a socket where there is none",
    async play(library) {
      const stage = new Stage(library);
      stage.joined();
      stage.end(1006);
      stage.client.realtimeReconnect();
      const opened = [stage.sockets.length];
      stage.page.socket.accept();
      stage.end(1000);
      stage.client.realtimeReconnect();
      opened.push(stage.sockets.length);
      return opened;
    },
    original: [1, 1],
    ours: [2, 3],
  },
  {
    number: 23,
    title: "realtimeReconnect() opens a socket whatever code comes back, or none",
    async play(library) {
      const stage = new Stage(library);
      stage.joined();
      stage.page.closing_ms = 3_600_000;
      stage.client.realtimeReconnect();
      stage.end(1000);
      await stage.pass(1_000);
      const opened = [stage.sockets.length];
      stage.page.socket.accept();
      stage.client.realtimeReconnect();
      await stage.pass(8_000);
      opened.push(stage.sockets.length);
      return opened;
    },
    original: [1, 1],
    ours: [2, 3],
  },
  {
    number: 24,
    title: "a channel that is added while waiting waits as well",
    async play(library) {
      const stage = new Stage(library);
      stage.joined("a");
      stage.end(1006);
      stage.listen("b");
      return stage.sockets.length;
    },
    original: 2,
    ours: 1,
  },
  {
    number: 27,
    title: "the next channel finds the first delay",
    async play(library) {
      const stage = new Stage(library);
      const channel = stage.listen();
      stage.end(1006);
      await stage.pass(1_000);
      stage.end(1006);
      channel.destroy();
      stage.listen();
      const before = stage.sockets.length;
      stage.end(1006);
      await stage.pass(1_000);
      return stage.sockets.length - before;
    },
    original: 0,
    ours: 1,
  },
  {
    number: 27,
    title: "the close of the abandoned socket does not count as that of the next",
    async play(library) {
      const stage = new Stage(library);
      const channel = stage.joined();
      stage.page.closing_ms = 1_000;
      channel.destroy();
      await stage.pass();
      stage.listen("b");
      await stage.pass(2_000);
      return stage.heard;
    },
    original: ["connection_status disconnected"],
    ours: [],
  },
  {
    number: 44,
    title: "a channel that is made in the tick in which the last one is destroyed keeps the socket",
    async play(library) {
      const seen = [];
      for (const isOpen of [true, false]) {
        const stage = new Stage(library);
        const channel = stage.listen();
        if (isOpen) stage.page.socket.accept();
        outcome(() => channel.destroy());
        outcome(() => stage.listen());
        await stage.pass();
        if (!isOpen) stage.page.socket.accept();
        seen.push([stage.sockets.length, stage.sent]);
      }
      return seen;
    },
    original: [
      [2, ["join a", "leave a"]],
      [1, ["join a"]],
    ],
    ours: [
      [1, ["join a", "leave a", "join a"]],
      [1, ["join a"]],
    ],
  },
  {
    number: 44,
    title: "otherwise it is closed when the tick has ended",
    async play(library) {
      const stage = new Stage(library);
      const closed = [];
      stage.page.witness.closed = (_, code) => closed.push(code);
      stage.joined().destroy();
      const atOnce = [...closed];
      await stage.pass();
      return [atOnce, closed];
    },
    original: [[1000], [1000]],
    ours: [[], [1000]],
  },
  {
    number: 46,
    title: "realtimeCanonical is a name of the connection hash, behind realtimeConnectionCanonical",
    async play(library) {
      const names = ["realtimeConnectionHash", "realtimeCanonical", "realtimeConnectionCanonical"];
      return names.map((_, index) => {
        const given = Object.fromEntries(names.slice(0, index + 1).map((each) => [each, `by ${each}`]));
        const stage = new Stage(library, given);
        stage.listen();
        return decodeURIComponent(stage.page.socket.url.split("/rt/")[1]);
      });
    },
    original: ["by realtimeConnectionHash", "by realtimeConnectionHash", "by realtimeConnectionCanonical"],
    ours: ["by realtimeConnectionHash", "by realtimeCanonical", "by realtimeConnectionCanonical"],
  },
];
