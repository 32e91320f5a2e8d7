// Rows of “Messages”.

import { randomUUID } from "node:crypto";
import { cannotTell, CannotTell, differs, holds, textOf } from "./stage.js";

const SECTION = "Messages";
const EACH = 10;

export const messageRows = [
  {
    section: SECTION,
    row: '`{"action":"message","options":{"channel":C},"payload":P}`',
    sure: "clients",
    async play(stage) {
      await stage.say(await stage.member());
      return holds("a message comes back");
    },
  },
  {
    section: SECTION,
    row: 'the same with `"socketId":S` in options: private, to that one socket',
    sure: "clients",
    async play(stage) {
      const { sender, recipient, third, socketId } = await threeMembers(stage);
      const mark = stage.send(sender, { socketId });
      if (!(await stage.arrival(recipient, mark))) return cannotTell(`it does not arrive: ${lastError(sender)}`);
      const isSpared = await stage.isSpared(third, mark);
      return isSpared ? holds("one member alone gets it") : differs("another member gets it too");
    },
  },
  {
    section: SECTION,
    row: '`{"action":"message","client":Client,"options":{"authenticated":false,"socketId":null,"channel":C},"payload":P}`',
    sure: "clients",
    async play(stage) {
      const { client, options } = await stage.say(await stage.member());
      const fits = client?.socketId && options.authenticated === false && options.socketId === null;
      return (fits ? holds : differs)(`options: ${JSON.stringify({ ...options, channel: "C" })}`);
    },
  },
  {
    section: SECTION,
    row: "Of a private one it does not.",
    sure: "ours",
    async play(stage) {
      const { sender, recipient, socketId } = await threeMembers(stage);
      const mark = stage.send(sender, { socketId });
      if (!(await stage.arrival(recipient, mark))) return cannotTell(`it does not arrive: ${lastError(sender)}`);
      const isSpared = await stage.isSpared(sender, mark);
      return isSpared ? holds("the sender gets no copy") : differs("the sender gets a copy");
    },
  },
  {
    section: SECTION,
    row: '`"socketId":null` is not private.',
    sure: "clients",
    async play(stage) {
      const [sender, other] = [await stage.member(), await stage.member()];
      await stage.say(sender);
      const mark = stage.send(sender, { socketId: null });
      return (await stage.arrival(other, mark))
        ? holds("other members get it")
        : differs("other members do not get it");
    },
  },
  {
    section: SECTION,
    row: "In the frame that a private message's recipient gets, it is the recipient's id.",
    sure: "ours",
    async play(stage) {
      const { sender, recipient, socketId } = await threeMembers(stage);
      const arrival = await stage.arrival(recipient, stage.send(sender, { socketId }));
      if (!arrival) return cannotTell(`it does not arrive: ${lastError(sender)}`);
      const { socketId: named } = arrival.options;
      return named === socketId
        ? holds("it is")
        : differs(named === null ? "it is null" : `it is ${typeof named}, another`);
    },
  },
  {
    section: SECTION,
    row: "All members of a channel receive its messages in one order.",
    sure: "ours",
    async play(stage) {
      const members = [await stage.member(), await stage.member()];
      await stage.say(members[0]);
      const marks = Array.from({ length: EACH }, () => members.map((member) => stage.send(member))).flat();
      const order = (member) => member.heard.map(({ payload }) => payload?.mark).filter((mark) => marks.includes(mark));
      for (const member of members) await member.wait(() => order(member).length === marks.length, 5_000);
      const [one, other] = members.map(order);
      if (one.length < marks.length) return cannotTell(`${one.length} of ${marks.length} messages came`);
      return one.join() === other.join() ? holds("two members got one order") : differs("two members got two orders");
    },
  },
  {
    section: SECTION,
    row: "A private message to somebody who is not on the channel is refused with `Client is not connected to this channel`.",
    sure: "ours",
    async play(stage) {
      const { answer } = await stage.trySay(await stage.member(), { socketId: randomUUID() });
      if (answer?.action !== "error") return differs("it is not refused");
      const isTheText = textOf(answer) === "Client is not connected to this channel";
      return (isTheText ? holds : differs)(`“${textOf(answer)}”`);
    },
  },
];

/** Three members, and the id of the second. */
export async function threeMembers(stage) {
  const [sender, recipient, third] = [await stage.member(), await stage.member(), await stage.member()];
  const { client } = await stage.say(recipient);
  if (!client?.socketId) throw new CannotTell("the sender's id is not in a message");
  return { sender, recipient, third, socketId: client.socketId };
}

function lastError(socket) {
  return textOf(socket.heard.findLast(({ action }) => action === "error"));
}
