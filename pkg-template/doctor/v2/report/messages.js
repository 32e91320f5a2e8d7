// Guesses about broadcasts, direct messages and receipts.

import { cannotTell, differs, holds, textOf } from "../../report/stage.js";
import { refusalOf } from "./stage.js";

const BROADCASTS = 3;
/** No table has such a row. */
const ABSENT = 2_147_483_647;
const DISABLED = "Direct messaging is disabled";

export const messageRows = [
  {
    guess: "missing-type",
    row: "`Unknown message type: `",
    async play(stage) {
      const member = await stage.member();
      const frame = { action: "broadcast", options: { channel: stage.channel }, payload: null };
      const answer = await stage.ask(member, frame, "broadcast");
      return (refusalOf(answer) === "Unknown message type: " ? holds : differs)(`“${textOf(answer)}”`);
    },
  },
  {
    guess: "not-joined",
    row: "`Client is not connected to this channel`",
    async play(stage) {
      const { answer } = await stage.trySay(await stage.ready());
      return (refusalOf(answer) === "Client is not connected to this channel" ? holds : differs)(`“${textOf(answer)}”`);
    },
  },
  {
    guess: "publish-refused",
    row: "an error with the channel, any text",
    async play(stage) {
      const { answer } = await stage.trySay(await stage.member());
      const text = refusalOf(answer);
      if (answer?.action === "broadcast") return cannotTell("this client may send");
      if (text !== undefined && /unknown message type/i.test(text))
        return cannotTell(`the message is refused for its type: ${text}`);
      return (text !== undefined && answer.channel === stage.channel ? holds : differs)(JSON.stringify(answer ?? null));
    },
  },
  {
    guess: "direct-address",
    row: "`options.to` with `dbo_id` and `row_id`",
    async play(stage) {
      const member = await stage.member();
      const to = await stage.ownUser(member);
      const { answer } = await stage.trySay(member, { to });
      if (refusalOf(answer) === DISABLED) return holds("it is read as a direct message, which the channel refuses");
      return (answer?.payload?.direct === true ? holds : differs)(JSON.stringify(answer ?? null));
    },
  },
  {
    guess: "anonymous-direct",
    row: "`Direct messaging is disabled`",
    async play(stage) {
      const { answer } = await stage.trySay(await stage.member({ token: null }), { to: { dbo_id: 1, row_id: ABSENT } });
      return (refusalOf(answer) === DISABLED ? holds : differs)(`“${textOf(answer)}”`);
    },
  },
  {
    guess: "direct-delivery",
    row: "the handler runs; an absent user counts 0; the sender's other sockets are reached",
    async play(stage) {
      const member = await stage.member();
      const to = await stage.ownUser(member);
      const other = await stage.member();
      const absent = await stage.trySay(member, { to: { dbo_id: to.dbo_id, row_id: ABSENT } });
      if (refusalOf(absent.answer) !== undefined) return cannotTell(textOf(absent.answer));
      const own = await stage.say(member, { to });
      await stage.settle(other);
      const reached = other.heard.some(({ payload }) => payload?.mark === own.mark);
      const back = member.heard.some(({ action, payload }) => action === "message" && payload?.mark === own.mark);
      const count = absent.answer?.payload?.delivered_local;
      return (count === 0 && reached && !back ? holds : differs)(
        `an absent user counts ${count}; the sender's other socket ${reached ? "is" : "is not"} reached, its own ${back ? "is" : "is not"}; whether the handler runs is not seen`,
      );
    },
  },
  unseen("explicit", "reaches no client", "the doctor does not know of a message with deliver_to explicit"),
  unseen(
    "message-auth",
    "the error of a broadcast that is not allowed, any text",
    "the doctor does not know which messages ask for a user",
  ),
  unseen(
    "handler-failed",
    "an error, any text; the original delivers",
    "the doctor does not know of a message whose handler fails",
  ),
  unseen("deliver-failed", "the recipient gets nothing", "the doctor does not know of a deliver trigger"),
  unseen(
    "deliver-live-only",
    "transcript and replay are sent as they were kept",
    "the doctor does not know of a deliver trigger",
  ),
  unseen(
    "input-check",
    "the texts name parameter or field; no conversion; null is absent; other fields pass",
    "the doctor does not know the inputs of channels and messages",
  ),
  {
    guess: "receipt-order",
    row: "in the order of the broadcasts, each after the sender's own copy",
    async play(stage) {
      const member = await stage.member();
      const sent = [];
      for (let count = 0; count < BROADCASTS; count += 1) sent.push(stage.say(member));
      const marks = (await Promise.all(sent)).map(({ mark }) => mark);
      await stage.settle(member);
      const ofOurs = ({ action, payload }) =>
        action === "broadcast" || (action === "message" && marks.includes(payload?.mark));
      const order = member.heard.filter(ofOurs).map(({ action }) => action);
      const copies = member.heard
        .filter(({ payload }) => marks.includes(payload?.mark))
        .map(({ payload }) => payload.mark);
      if (copies.length === 0) return cannotTell("no own copy comes back as it was sent");
      const isPaired = order.join() === marks.map(() => "message,broadcast").join();
      return (isPaired && copies.join() === marks.join() ? holds : differs)(`what comes: ${order.join(", ")}`);
    },
  },
  unseen(
    "workspace-publish",
    "ignores who may publish; kept in transcript and stream",
    "the doctor does not send from the workspace",
  ),
];

/** What cannot be seen from outside. */
function unseen(guess, row, why) {
  return { guess, row, play: async () => cannotTell(why) };
}
