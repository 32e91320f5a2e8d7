// Guesses about the transcript and at-least-once delivery. The readers are anonymous clients with client ids of their own: no cursor of a
// user moves.

import { randomUUID } from "node:crypto";
import { cannotTell, differs, holds } from "../../report/stage.js";
import { messagesOf } from "./stage.js";

/** How long a message that was not acknowledged is waited for once more. */
const AGAIN_MS = 3_000;
/** How long an acknowledgement may take to be confirmed. */
const ACK_MS = 1_000;
const LIVE = 3;

export const deliveryRows = [
  {
    guess: "conversation-end",
    row: "`{}`",
    async play(stage) {
      const member = await stage.member();
      await stage.quiet();
      const end = member.heard.find(({ action }) => action === "conversation_end");
      if (!end) return cannotTell("the channel keeps no transcript");
      return (JSON.stringify(end.payload) === "{}" ? holds : differs)(`the payload is ${JSON.stringify(end.payload)}`);
    },
  },
  {
    guess: "transcript-id",
    row: "message frames of the transcript carry their id",
    async play(stage) {
      await stage.say(await stage.reader());
      const later = await stage.reader();
      await stage.quiet();
      const shown = later.heard.filter(({ conversation }) => conversation === true);
      if (shown.length === 0) return cannotTell("the channel keeps no transcript");
      const without = shown.filter(({ id }) => id === undefined).length;
      return (without === 0 ? holds : differs)(`${shown.length} messages in the transcript, ${without} without an id`);
    },
  },
  {
    guess: "live-after-replay",
    row: "no live message before the replay is complete",
    async play(stage) {
      const sender = await stage.reader();
      await stage.say(sender);
      const joining = stage.reader();
      for (let count = 0; count < LIVE; count += 1) await stage.say(sender);
      const joined = await joining;
      await stage.quiet();
      const kinds = messagesOf(joined.heard).map(({ action }) => action);
      if (!kinds.includes("replay")) return cannotTell("nothing is replayed at a first join");
      const isAsAssumed = kinds.lastIndexOf("replay") < kinds.concat("message").indexOf("message");
      return (isAsAssumed ? holds : differs)(`what comes: ${kinds.slice(-10).join(", ")}`);
    },
  },
  {
    guess: "no-cursor",
    row: "nothing replayed, acknowledgements ignored, `resumed` false",
    async play(stage) {
      const { id } = await stage.say(await stage.reader());
      const member = await stage.member({ token: null });
      await stage.quiet();
      const { resumed } = member.answer.payload ?? {};
      const replayed = member.heard.filter(({ action }) => action === "replay").length;
      const answer = await acknowledge(stage, member, id);
      return (resumed === false && replayed === 0 && !answer ? holds : differs)(
        `resumed is ${resumed}, ${replayed} messages are replayed, an acknowledgement is ${answer ? "answered" : "not answered"}`,
      );
    },
  },
  {
    guess: "first-join-resumed",
    row: "`false`",
    async play(stage) {
      const { resumed } = (await stage.reader()).answer.payload;
      return (resumed === false ? holds : differs)(`resumed is ${resumed}`);
    },
  },
  {
    guess: "no-redelivery",
    row: "only a join sends a message again",
    async play(stage) {
      const reader = await stage.reader();
      const { id } = await stage.say(reader);
      await stage.quiet(AGAIN_MS);
      const times = messagesOf(reader.heard).filter((frame) => frame.id === id).length;
      if (times === 0) return cannotTell("no own copy comes back");
      return (times === 1 ? holds : differs)(`within ${AGAIN_MS / 1_000} s it comes ${times} times`);
    },
  },
  {
    guess: "cursor-monotonic",
    row: "an older id leaves the cursor where it is",
    async play(stage) {
      const reader = await stage.reader();
      const [earlier, later] = [(await stage.say(reader)).id, (await stage.say(reader)).id];
      await acknowledge(stage, reader, later);
      const answer = await acknowledge(stage, reader, earlier);
      await reader.close();
      const { cursor } = (await stage.reader(reader.clientId)).answer.payload;
      return (cursor === later ? holds : differs)(
        `the older one is confirmed with ${answer?.payload?.cursor ?? "nothing"}; then the cursor is ${cursor === later ? "the newer one" : cursor}`,
      );
    },
  },
  {
    guess: "ack-ignored",
    row: "no answer",
    async play(stage) {
      const member = await stage.member({ token: null, clientId: `xano-wasm-doctor-${randomUUID()}` });
      const answer = await acknowledge(stage, member, "no id");
      return answer ? differs(JSON.stringify(answer)) : holds("what is no id is not answered");
    },
  },
];

/** The service's answer to an acknowledgement; nothing where none comes in time. */
async function acknowledge({ channel }, socket, id) {
  const { clientId: client_id } = socket;
  const options = { channel, id, ...(client_id && { client_id }) };
  const from = socket.heard.length;
  socket.send({ action: "ack", id, options, payload: { cursor: id } });
  const isAnswer = (frame) => frame.action === "ack" || frame.action === "error";
  return socket.wait(() => socket.heard.slice(from).find(isAnswer), ACK_MS);
}
