// Rows of the extension “Publish”.

import { randomUUID } from "node:crypto";
import { memberWith } from "./extensions.js";
import { threeMembers } from "./messages.js";
import { CannotTell, cannotTell, differs, holds, marked, textOf } from "./stage.js";

const SECTION = "Extensions";
const ANSWER_MS = 5_000;

export const publishRows = [
  {
    section: SECTION,
    row: "A message may carry `options.key`, 1 to 64 printable ASCII characters that nobody else makes up: 128 random bits.",
    sure: "ours",
    async play(stage) {
      const { member } = await memberWith(stage, "publish");
      const key = randomUUID();
      const answers = [await keyed(stage, member, key), await keyed(stage, member, key)];
      if (answers.includes(undefined)) return differs("a message with a key is not answered each time");
      return holds(`answered by ${answers.map(({ action }) => action).join(", then ")}`);
    },
  },
  {
    section: SECTION,
    row: 'public | the echo, `"options":{"authenticated":false,"socketId":null,"channel":C,"id":I,"key":K}`',
    sure: "ours",
    async play(stage) {
      const { member } = await memberWith(stage, "publish");
      const answer = await keyed(stage, member, randomUUID());
      if (answer?.action === "error") throw new CannotTell(textOf(answer));
      return (answer?.action === "message" && answer.options.id ? holds : differs)(textOf(answer));
    },
  },
  {
    section: SECTION,
    row: "… sent again, where the channel does not keep it any more, or its sender may not read it now",
    sure: "ours",
    async play(stage) {
      const { member } = await memberWith(stage, "publish");
      const key = randomUUID();
      await keyed(stage, member, key);
      const again = await keyed(stage, member, key);
      if (again?.action === "message") return cannotTell("the channel keeps the message: the answer is the echo");
      return (again?.action === "ack" && again.payload.dropped === false ? holds : differs)(textOf(again));
    },
  },
  {
    section: SECTION,
    row: 'private | the same with `"id":null`',
    sure: "ours",
    async play(stage) {
      await memberWith(stage, "publish");
      const { sender, socketId } = await threeMembers(stage);
      const answer = await keyed(stage, sender, randomUUID(), { socketId });
      if (answer?.action === "error") throw new CannotTell(textOf(answer));
      return (answer?.action === "ack" && answer.payload.id === null ? holds : differs)(textOf(answer));
    },
  },
  {
    section: SECTION,
    row: 'dropped by a trigger | the same with `"id":null,"dropped":true`',
    sure: "ours",
    play: async () => cannotTell("the doctor does not know of a trigger that drops"),
  },
  {
    section: SECTION,
    row: 'refused | the `error`, `"options":{"channel":C,"key":K}`',
    sure: "ours",
    async play(stage) {
      const { member } = await memberWith(stage, "publish");
      const answer = await keyed(stage, member, randomUUID(), { socketId: randomUUID() });
      return (answer?.action === "error" ? holds : differs)(textOf(answer));
    },
  },
  {
    section: SECTION,
    row: "The key is in no other member's copy and not in the history. A repeat reaches nobody else, and no trigger is asked about it;",
    sure: "ours",
    async play(stage) {
      const { member } = await memberWith(stage, "publish");
      const other = await stage.member();
      const key = randomUUID();
      const said = await keyed(stage, member, key);
      if (said?.action !== "message") throw new CannotTell(textOf(said));
      await keyed(stage, member, key);
      await stage.settle(other);
      const copies = other.heard.filter((frame) => marked(frame, said.payload.mark));
      const { history } = (await stage.history(other)).payload;
      const kept = history.filter((frame) => marked(frame, said.payload.mark));
      const isHidden = [...copies, ...kept].every(({ options }) => options.key === undefined);
      return (copies.length === 1 && isHidden ? holds : differs)(
        `${copies.length} copies, ${isHidden ? "without" : "with"} the key`,
      );
    },
  },
  {
    section: SECTION,
    row: "What came of a message is remembered for two minutes, even if the channel empties:",
    sure: "ours",
    play: async () => cannotTell("the doctor does not wait for two minutes"),
  },
  {
    section: SECTION,
    row: "Keys are remembered within an `epoch`:",
    sure: "ours",
    play: async () => cannotTell("the doctor restarts no server"),
  },
  {
    section: SECTION,
    row: "Who repeats must be on the channel.",
    sure: "ours",
    async play(stage) {
      const { member } = await memberWith(stage, "publish");
      const key = randomUUID();
      await keyed(stage, member, key);
      const answer = await keyed(stage, await stage.open(), key);
      return (answer?.action === "error" ? holds : differs)(textOf(answer));
    },
  },
  {
    section: SECTION,
    row: "While a trigger is asked about the first, a repeat over another socket waits,",
    sure: "ours",
    play: async () => cannotTell("the doctor does not know of a trigger that is slow"),
  },
  {
    section: SECTION,
    row: "A refusal that names no channel names no key either.",
    sure: "ours",
    async play(stage) {
      const { member } = await memberWith(stage, "publish");
      const frame = { action: "message", options: { key: randomUUID() }, payload: null };
      const answer = await member.ask(frame, ({ action }) => action === "error", ANSWER_MS);
      if (!answer) return differs("it is not answered");
      return answer.options?.key === undefined ? holds("the error has no key") : differs("the error has the key");
    },
  },
];

/** Sends a message with a key, and resolves with the frame that answers it. */
function keyed({ channel }, socket, key, options = {}) {
  const payload = { from: "xano-wasm doctor", mark: randomUUID() };
  const frame = { action: "message", options: { ...options, channel, key }, payload };
  return socket.ask(frame, (answer) => answer.options?.key === key, ANSWER_MS);
}
