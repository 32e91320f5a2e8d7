// Guesses about connections and about frames that nobody should send.

import { randomUUID } from "node:crypto";
import { socketUrlV2 } from "../../address.js";
import { cannotTell, differs, holds, textOf } from "../../report/stage.js";
import { HandshakeRefused } from "../../socket.js";
import { greet } from "../greeting.js";
import { refusalOf } from "./stage.js";

const REFUSED = 4401;

export const connectionRows = [
  {
    guess: "refusal-reasons",
    row: "any text, and an empty reason in the close frame",
    async play(stage) {
      const url = socketUrlV2(stage.baseUrl, `doctor${randomUUID().slice(0, 8)}`);
      const socket = await stage.open({ url, token: null }).catch(refusal);
      if (socket.status)
        return differs(`the handshake of an unknown canonical is answered with status ${socket.status}`);
      const { reason, closeCode } = await greet(socket);
      const isAsAssumed = reason !== undefined && closeCode === REFUSED && socket.closeReason === "";
      return (isAsAssumed ? holds : differs)(
        `an unknown canonical: “${reason ?? "no text"}”, close code ${closeCode ?? "none"}, reason “${socket.closeReason}”; the other reasons cannot be caused from outside`,
      );
    },
  },
  {
    guess: "bad-token",
    row: "refused with 4401, as every other refusal",
    async play(stage) {
      const socket = await stage.open({ token: "no-token-of-this-service" }).catch(refusal);
      if (socket.status) return differs(`the handshake is answered with status ${socket.status}`);
      const { isReady, reason, closeCode } = await greet(socket);
      if (isReady) return differs("the connection is admitted");
      return (closeCode === REFUSED ? holds : differs)(`“${reason ?? "no text"}”, close code ${closeCode ?? "none"}`);
    },
  },
  {
    guess: "idle-close-code",
    row: "1006",
    play: async () => cannotTell("the doctor does not wait for ten minutes"),
  },
  {
    guess: "bad-frame",
    row: "`Internal error`; without a channel `No settings for channel name`",
    async play(stage) {
      const socket = await stage.ready();
      const answers = [];
      for (const frame of [[], { action: "doctor" }, { action: "join" }]) {
        answers.push(textOf(await stage.ask(socket, frame, "error")));
      }
      const isAsAssumed = answers.join() === "Internal error,Internal error,No settings for channel name";
      return (isAsAssumed ? holds : differs)(
        `no object: “${answers[0]}”; an unknown action: “${answers[1]}”; a join without a channel: “${answers[2]}”`,
      );
    },
  },
  {
    guess: "error-channel",
    row: "at top level, where the frame named a channel",
    async play(stage) {
      const channel = `xano-wasm-doctor-${randomUUID()}`;
      const answer = await stage.join(await stage.ready(), { channel });
      if (refusalOf(answer) === undefined) return cannotTell("a channel of any name can be joined");
      return (answer.channel === channel ? holds : differs)(JSON.stringify(answer));
    },
  },
  {
    guess: "rate-limit",
    row: "`retry_after` in seconds; any text",
    play: async () => cannotTell("the doctor does not flood a service"),
  },
];

/** The error of a refused handshake in place of a socket. */
function refusal(error) {
  if (error instanceof HandshakeRefused) return error;
  throw error;
}
