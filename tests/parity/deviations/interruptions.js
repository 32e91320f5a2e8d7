// Deviations in how a connection is watched, kept and told about.

import { Stage } from "./stage.js";

const PINGS = { action: "join", payload: { ext: { ping: 1, publish: 1 } } };

export const interruptions = [
  {
    number: 35,
    title: "a disconnection says why, and which attempt comes when",
    async play(library) {
      const stage = new Stage(library);
      const told = [];
      const channel = stage.client.channel("a");
      channel.on("connection_status", ({ payload }) => payload.status === "disconnected" && told.push(payload));
      stage.page.socket.accept();
      stage.end(1012, "an update");
      await stage.pass(1_000);
      stage.end(1006);
      await stage.pass(2_000);
      stage.page.socket.accept();
      stage.end(1000, "that is all");
      await stage.pass();
      return told;
    },
    original: [{ status: "disconnected" }, { status: "disconnected" }, { status: "disconnected" }],
    ours: [
      { status: "disconnected", code: 1012, reason: "an update", attempt: 1, retryInMs: 1_000 },
      { status: "disconnected", code: 1006, reason: "", attempt: 2, retryInMs: 2_000 },
      { status: "disconnected", code: 1000, reason: "that is all" },
    ],
  },
  {
    number: 36,
    title: "a socket that opens and closes at once does not start the delays over",
    play: (library) => socketsAfterTwoEnds(library, () => {}),
    original: 3,
    ours: 2,
  },
  {
    number: 36,
    title: "neither does a join that is acknowledged, nor do 10 seconds alone",
    async play(library) {
      const acknowledged = await socketsAfterTwoEnds(library, acknowledge);
      return [acknowledged, await socketsAfterTwoEnds(library, last)];
    },
    original: [3, 3],
    ours: [2, 2],
  },
  {
    number: 36,
    title: "both together do, unless the server closes with 1013",
    async play(library) {
      const both = (stage) => {
        acknowledge(stage);
        return last(stage);
      };
      return [await socketsAfterTwoEnds(library, both), await socketsAfterTwoEnds(library, both, 1013)];
    },
    original: [3, 3],
    ours: [3, 2],
  },
  {
    number: 37,
    title: "a socket on which an own message does not come back is replaced",
    play: (library) => socketsAfterMessage(library, () => {}),
    original: 1,
    ours: 2,
  },
  {
    number: 37,
    title: "a socket on which anything comes is not",
    play: (library) => socketsAfterMessage(library, (stage) => stage.deliver({ action: "event" })),
    original: 1,
    ours: 1,
  },
  {
    number: 37,
    title: "a page that has slept has another socket at once",
    async play(library) {
      const stage = new Stage(library);
      stage.joined();
      stage.page.clock.now += 120_000;
      await stage.pass();
      return [stage.sockets.length, stage.heard];
    },
    original: [1, []],
    ours: [2, ["connection_status disconnected"]],
  },
  {
    number: 37,
    title: "the network that is back is used at once",
    async play(library) {
      const stage = new Stage(library);
      stage.joined();
      stage.end(1006);
      stage.page.online();
      const whileWaiting = stage.sockets.length;
      stage.page.socket.accept();
      stage.page.online();
      return [whileWaiting, stage.sockets.length];
    },
    original: [1, 1],
    ours: [2, 3],
  },
  {
    number: 37,
    title: "a server that has said that it answers is asked after 15 seconds of silence, and given up 5 seconds later",
    async play(library) {
      const stage = new Stage(library);
      stage.joined();
      stage.deliver(PINGS);
      await stage.pass(15_000);
      stage.deliver({ action: "pong", options: {} });
      await stage.pass(15_000);
      const answered = stage.sockets.length;
      await stage.pass(6_000);
      return [stage.sent, answered, stage.sockets.length];
    },
    original: [[], 1, 1],
    ours: [["ping undefined", "ping undefined"], 1, 2],
  },
  {
    number: 38,
    title: "what a slow network does not take waits",
    async play(library) {
      const stage = new Stage(library);
      const channel = stage.joined();
      stage.page.socket.bufferedAmount = 300_000;
      channel.message("large");
      const sent = [...stage.sent];
      stage.page.socket.bufferedAmount = 0;
      await stage.pass(100);
      return [sent, stage.sent];
    },
    original: [["message a"], ["message a"]],
    ours: [[], ["message a"]],
  },
  {
    number: 38,
    title: "what waited goes out 400 frames at once, and 100 a second from then on",
    async play(library) {
      const stage = new Stage(library);
      const channel = stage.joined("a", { queueOfflineActions: true });
      stage.end(1006);
      await stage.pass(1_000);
      for (let number = 0; number < 600; number++) channel.message(number);
      stage.page.socket.accept();
      stage.deliver({ action: "join" });
      const count = () => stage.sent.filter((text) => text === "message a").length;
      const counts = [count()];
      for (const ms of [1_000, 1_000]) {
        await stage.pass(ms);
        counts.push(count());
      }
      return counts;
    },
    original: [600, 600, 600],
    ours: [400, 500, 600],
  },
  {
    number: 33,
    title: "what only answers publish() or a ping reaches no handler",
    async play(library) {
      const stage = new Stage(library);
      stage.joined();
      stage.deliver(PINGS);
      await stage.pass(15_000);
      stage.forget();
      stage.deliver({ action: "pong", options: {} });
      stage.deliver({ action: "ack", options: { channel: "a", key: "1,2,3,4" } });
      return stage.heard;
    },
    original: ["pong null", "ack null"],
    ours: [],
  },
  {
    number: 33,
    title: "answers to what others have asked reach them",
    async play(library) {
      const stage = new Stage(library);
      stage.joined();
      stage.deliver({ action: "pong", options: {} });
      stage.deliver({ action: "ack", options: { channel: "a", key: "another's" } });
      stage.deliver({ action: "message", options: { channel: "a", id: "0-1", key: "1,2,3,4" } });
      return stage.heard;
    },
    original: ["pong null", "ack null", "message null"],
    ours: ["pong null", "ack null", "message null"],
  },
];

const acknowledge = (stage) => stage.deliver({ action: "join" });
const last = (stage) => stage.pass(10_000);

/** A first connection ends; the next one ends as well, after something has happened on it. A second later. */
async function socketsAfterTwoEnds(library, happen, code = 1006) {
  const stage = new Stage(library);
  stage.joined();
  stage.end(1006);
  await stage.pass(1_000);
  stage.page.socket.accept();
  await happen(stage);
  stage.end(code);
  await stage.pass(1_000);
  return stage.sockets.length;
}

/** 12 seconds after a message, and what happened then. */
async function socketsAfterMessage(library, happen) {
  const stage = new Stage(library);
  const channel = stage.joined();
  await stage.pass(1);
  channel.message("is anybody there?");
  await stage.pass(1);
  happen(stage);
  await stage.pass(12_000);
  return stage.sockets.length;
}
