// Guesses about joins, leaves and presence.

import { cannotTell, differs, holds, textOf } from "../../report/stage.js";
import { membersOf } from "../visit.js";
import { refusalOf } from "./stage.js";

export const joiningRows = [
  {
    guess: "join-payload",
    row: "without effect",
    async play(stage) {
      const kinds = [];
      for (const wanted of [true, false]) {
        const member = await stage.member({ history: wanted, presence: wanted });
        await stage.quiet();
        const ofChannel = member.heard.filter(({ channel }) => channel === stage.channel);
        kinds.push([...new Set(ofChannel.map(({ action }) => action))].sort().join(", "));
      }
      const [asked, not] = kinds;
      if (asked === not) return holds(`with and without asking come: ${asked}`);
      return differs(`who asks gets ${asked}; who does not gets ${not}`);
    },
  },
  {
    guess: "anonymous-join",
    row: "`Anonymous clients cannot join this channel.`",
    async play(stage) {
      const answer = await stage.join(await stage.ready({ token: null }));
      if (answer?.action === "join") return cannotTell("the channel admits anonymous clients");
      const text = textOf(answer);
      if (/no settings/i.test(text)) return cannotTell(`the channel cannot be joined: ${text}`);
      return (text === "Anonymous clients cannot join this channel." ? holds : differs)(`“${text}”`);
    },
  },
  {
    guess: "leave-answer",
    row: "`leave` with `{}`, to every client that asks",
    async play(stage) {
      const member = await stage.member();
      const leave = { action: "leave", options: { channel: stage.channel }, payload: null };
      const answers = [await stage.ask(member, leave, "leave"), await stage.ask(member, leave, "leave")];
      const isAsAssumed = answers.every((frame) => frame?.action === "leave" && JSON.stringify(frame.payload) === "{}");
      const [first, second] = answers.map((frame) => (frame ? JSON.stringify(frame) : "no answer"));
      return (isAsAssumed ? holds : differs)(`a member: ${first}; then: ${second}`);
    },
  },
  {
    guess: "presence-request",
    row: "refused before a join; empty without presence",
    async play(stage) {
      const socket = await stage.ready();
      const ask = () => stage.ask(socket, { action: "presence", channel: stage.channel }, "presence_full");
      const before = await ask();
      const answer = await stage.join(socket);
      if (answer?.action !== "join") return cannotTell(`the channel cannot be joined: ${textOf(answer)}`);
      const after = await ask();
      const isAsAssumed = refusalOf(before) !== undefined && Array.isArray(after?.payload?.members);
      return (isAsAssumed ? holds : differs)(
        `before a join: ${textOf(before)}; behind it ${after?.action === "presence_full" ? `${membersOf(after).length} members` : textOf(after)}`,
      );
    },
  },
  {
    guess: "params-empty",
    row: "`{}`",
    async play(stage) {
      const { params } = (await stage.member()).answer.payload ?? {};
      if (params && Object.keys(params).length > 0) return cannotTell("the template of the channel has parameters");
      return (JSON.stringify(params) === "{}" ? holds : differs)(`params is ${JSON.stringify(params)}`);
    },
  },
  {
    guess: "anonymous-id",
    row: '`"0"`',
    async play(stage) {
      const member = await stage.member({ token: null });
      const own = (await presenceOf(stage, member)).find(({ authenticated }) => !authenticated);
      if (!own) return cannotTell("the channel shows no anonymous member");
      return (own.id === "0" ? holds : differs)(`the id is ${JSON.stringify(own.id)}`);
    },
  },
  {
    guess: "presence-full-self",
    row: "without the receiver after a join",
    async play(stage) {
      const member = await stage.member();
      const atJoin = await stage.find(member, ({ action }) => action === "presence_full");
      const asked = (await presenceOf(stage, member)).length;
      if (!atJoin || asked === 0) return cannotTell("the channel has no presence");
      const listed = membersOf(atJoin).length;
      if (listed === asked - 1) return holds("the list of the join has one member less than the one that is asked for");
      return differs(`the list of the join has ${listed} members, the one that is asked for ${asked}`);
    },
  },
];

async function presenceOf(stage, member) {
  // The list that comes with the join is no answer.
  await stage.quiet();
  return membersOf(await stage.ask(member, { action: "presence", channel: stage.channel }, "presence_full"));
}
