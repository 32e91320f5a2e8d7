// Rows of “Joining and leaving”.

import { cannotTell, differs, holds, textOf } from "./stage.js";

const SECTION = "Joining and leaving";
const ORDER_MESSAGES = 20;
const AFTER_JOIN = ["join", "presence_full", "history"];

export const joiningRows = [
  {
    section: SECTION,
    row: '`{"action":"join","options":{"channel":C},"payload":{"history":false,"presence":true}}`, once per channel and socket',
    sure: "clients",
    async play(stage) {
      await stage.member({ history: false, presence: true });
      return holds("the join is answered");
    },
  },
  {
    section: SECTION,
    row: '`{"action":"join","client":null,"options":{"channel":C},"payload":{}}`',
    sure: "docs, clients; ours",
    async play(stage) {
      const { client, options, payload } = (await stage.member()).answer;
      const fits = client === null && payload && typeof payload === "object";
      return (fits ? holds : differs)(JSON.stringify({ client, options: Object.keys(options), payload }));
    },
  },
  {
    section: SECTION,
    row: '`{"action":"leave","options":{"channel":C},"payload":null}`',
    sure: "clients",
    async play(stage) {
      const [leaver, other] = [await stage.member(), await stage.member()];
      await stage.leave(leaver);
      const { mark } = await stage.trySay(other);
      if (!(await stage.arrival(other, mark))) return cannotTell("a public message does not come back");
      const isSpared = await stage.isSpared(leaver, mark);
      return isSpared ? holds("messages end with it") : differs("a message comes after the leave");
    },
  },
  {
    section: SECTION,
    row: '`{"action":"leave","client":null,"options":{"channel":C},"payload":{}}`',
    sure: "ours",
    async play(stage) {
      const answer = await stage.leave(await stage.member());
      return (answer?.action === "leave" ? holds : differs)(
        answer ? JSON.stringify(answer.payload) : "it is not answered",
      );
    },
  },
  {
    section: SECTION,
    row: "After a join come, in this order: the acknowledgement, `presence_full` if it was asked for and the channel has presence, `history` if it was asked for.",
    sure: "ours",
    async play(stage) {
      const socket = await stage.member({ presence: true, history: true });
      await socket.wait(() => AFTER_JOIN.every((action) => has(socket, action)), 3_000);
      const order = socket.heard.map(({ action }) => action).filter((action) => AFTER_JOIN.includes(action));
      const sorted = [...order].sort((one, other) => AFTER_JOIN.indexOf(one) - AFTER_JOIN.indexOf(other));
      return (order.join() === sorted.join() ? holds : differs)(order.join(", "));
    },
  },
  {
    section: SECTION,
    row: "A second join on the same socket is answered again and adds no member.",
    sure: "ours",
    async play(stage) {
      const observer = await stage.member({ presence: true });
      if (!has(observer, "presence_full")) await stage.settle(observer);
      if (!has(observer, "presence_full")) return cannotTell("the channel has no presence");
      const socket = await stage.member({ presence: true });
      const again = await stage.join(socket, {});
      await stage.settle(observer);
      const joins = observer.heard.filter(({ payload }) => payload?.action === "join").length;
      if (again?.action !== "join") return differs(`a second join is answered: ${textOf(again)}`);
      return joins === 1
        ? holds("it is answered, and not told to others")
        : differs(`${joins} joins are told to others`);
    },
  },
  {
    section: SECTION,
    row: "A leave is acknowledged even to somebody who was not there.",
    sure: "ours",
    async play(stage) {
      await stage.member();
      const answer = await stage.leave(await stage.open());
      return (answer?.action === "leave" ? holds : differs)(textOf(answer));
    },
  },
  {
    section: SECTION,
    row: "A member who may no longer be on a channel, since its settings have changed, gets an error that says why, and then a `leave`.",
    sure: "ours",
    play: async () => cannotTell("the doctor changes no settings"),
  },
  {
    section: SECTION,
    row: "Frames of one socket for one channel are handled in order.",
    sure: "ours",
    async play(stage) {
      const socket = await stage.member();
      await stage.say(socket);
      const marks = Array.from({ length: ORDER_MESSAGES }, () => stage.send(socket));
      await stage.arrival(socket, marks.at(-1));
      await stage.settle(socket);
      const came = socket.heard.map(({ payload }) => payload?.mark).filter((mark) => marks.includes(mark));
      return (came.join() === marks.join() ? holds : differs)(`${came.length} of ${ORDER_MESSAGES} messages came back`);
    },
  },
  {
    section: SECTION,
    row: "A missing payload, and `null` in place of a switch, wish for nothing.",
    sure: "ours",
    async play(stage) {
      await stage.member();
      const outcomes = [];
      for (const payload of [undefined, { history: null, presence: null }]) {
        const socket = await stage.open();
        const answer = await stage.join(socket, payload);
        await stage.quiet();
        const more = socket.heard.filter(({ action }) => ["history", "presence_full"].includes(action));
        outcomes.push([answer, more]);
      }
      const fits = outcomes.every(([answer, more]) => answer?.action === "join" && more.length === 0);
      return (fits ? holds : differs)(
        outcomes.map(([answer, more]) => `${textOf(answer)} and ${more.length} more`).join("; "),
      );
    },
  },
];

function has(socket, action) {
  return socket.heard.some((frame) => frame.action === action);
}
