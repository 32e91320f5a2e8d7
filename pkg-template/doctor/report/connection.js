// Rows of “The socket”, “Every frame”, “Errors” and “Close codes”.

import { randomBytes, randomUUID } from "node:crypto";
import { HandshakeRefused } from "../socket.js";
import { socketUrl } from "../address.js";
import { cannotTell, differs, holds, textOf } from "./stage.js";

const RECONNECT = 4000;
const PONG_MS = 5_000;
const LONG_NAME = "x".repeat(256);

export const connectionRows = [
  {
    section: "The socket",
    row: "The URL is `wss://{host}/rt/{hash}`; the path of the base URL plays no part.",
    sure: "clients",
    async play(stage) {
      await stage.open();
      return holds(`a socket opens at ${stage.url.host}/rt/…`);
    },
  },
  {
    section: "The socket",
    row: "The port of the base URL is kept;",
    sure: "ours",
    async play(stage) {
      if (!stage.url.port) return cannotTell("the base URL names no port");
      await stage.open();
      return holds(`a socket opens on port ${stage.url.port}`);
    },
  },
  {
    section: "The socket",
    row: "The auth token is the only WebSocket subprotocol. The server gives it back",
    sure: "clients",
    async play(stage) {
      if (!stage.token) return cannotTell("no token was given");
      const { protocol } = await stage.open();
      return protocol === stage.token ? holds("the token comes back") : differs("the token does not come back");
    },
  },
  {
    section: "The socket",
    row: "… and the server then says so and why, in an `error` frame without channel that never repeats the token.",
    sure: "ours",
    async play(stage) {
      const socket = await stage.open({ token: "no-token-of-this-server" }).catch(refusal);
      if (socket.status) return differs(`the handshake with a bad token is refused with status ${socket.status}`);
      const told = await stage.find(socket, ({ action, options }) => action === "error" && !options?.channel);
      return told ? holds(textOf(told)) : differs("the socket opens, and nothing is said about the token");
    },
  },
  {
    section: "The socket",
    row: "Xano's tokens are its own JWEs. Our server signs [JWTs]",
    sure: "ours",
    async play({ token }) {
      if (!token) return cannotTell("no token was given");
      const kind = { 3: "a JWT", 5: "a JWE" }[token.split(".").length];
      return kind
        ? holds(`the token has the form of ${kind}`)
        : differs("the token has neither the form of a JWE nor of a JWT");
    },
  },
  {
    section: "The socket",
    row: "Text frames, one JSON object each. Frames count as soon as the socket is open; there is no hello.",
    sure: "clients",
    async play(stage) {
      const socket = await stage.open();
      socket.ping();
      await socket.wait(() => socket.pongs > 0, PONG_MS);
      if (socket.heard.length > 0) return differs(`a frame comes first: ${textOf(socket.heard[0])}`);
      await stage.member({ presence: true, history: true });
      const member = await stage.member();
      await stage.settle(member);
      return member.foreign > 0
        ? differs("some frames are no JSON objects in texts")
        : holds("no hello, and JSON objects alone");
    },
  },
  {
    section: "The socket",
    row: "Control pings are answered with pongs.",
    sure: "RFC 6455, clients",
    async play(stage) {
      const socket = await stage.open();
      socket.ping();
      const answered = await socket.wait(() => socket.pongs > 0, PONG_MS);
      return answered ? holds("a ping is answered") : differs("a ping is not answered within 5 s");
    },
  },
  {
    section: "The socket",
    row: "An unknown hash, or realtime switched off, is 404.",
    sure: "ours",
    async play(stage) {
      const url = socketUrl(stage.baseUrl, randomBytes(20).toString("base64url"));
      const socket = await stage.open({ url, token: null }).catch(refusal);
      if (socket.status === 404) return holds("an unknown hash is 404");
      if (socket.status) return differs(`an unknown hash is answered with status ${socket.status}`);
      const told = await socket.wait(() => socket.heard[0] ?? socket.closeCode, PONG_MS);
      return differs(
        `the socket opens; then ${told ? textOf(socket.heard[0]) : "nothing is said"}, close code ${socket.closeCode ?? "none"}`,
      );
    },
  },
  {
    section: "Every frame",
    row: "Anonymous: no extras, both 0.",
    sure: "clients",
    async play(stage) {
      const { client } = await stage.say(await stage.member({}, { token: null }));
      const { socketId, extras, permissions } = client ?? {};
      const isPlain = typeof socketId === "string" && Object.keys(extras ?? { none: 1 }).length === 0;
      const isAnonymous = permissions?.dbo_id === 0 && permissions?.row_id === 0;
      return (isPlain && isAnonymous ? holds : differs)(JSON.stringify({ ...client, socketId: typeof socketId }));
    },
  },
  {
    section: "Every frame",
    row: "The server builds `options` itself; keys that it does not know go no further.",
    sure: "ours",
    async play(stage) {
      const { options } = await stage.say(await stage.member(), { doctor: true });
      return options?.doctor === undefined
        ? holds("an unknown key is removed")
        : differs("an unknown key goes to the members");
    },
  },
  {
    section: "Errors",
    row: "are Xano's texts (seen); the others, and every `code`, are ours",
    sure: "ours",
    async play(stage) {
      const answer = await stage.join(await stage.open(), {}, `xano-wasm-doctor-${randomUUID()}`);
      if (answer?.action !== "error") return cannotTell("a channel of any name can be joined");
      const { message, code } = answer.payload ?? {};
      return (code ? holds : differs)(`an undefined channel: “${message}”, code ${code ?? "none"}`);
    },
  },
  {
    section: "Errors",
    row: "A channel is called by 1 to 255 bytes without control characters.",
    sure: "ours",
    async play(stage) {
      const socket = await stage.open();
      const answers = [];
      for (const name of [LONG_NAME, "a\u0001b"]) {
        const isError = ({ action }) => action === "error";
        const frame = { action: "join", options: { channel: name }, payload: {} };
        answers.push(textOf(await socket.ask(frame, isError, PONG_MS)));
      }
      const isNamed = answers.every((answer) => /1 to 255 bytes/.test(answer));
      return (isNamed ? holds : differs)(`256 bytes: “${answers[0]}”; a control character: “${answers[1]}”`);
    },
  },
  {
    section: "Errors",
    row: "Frames that come too fast are refused; who causes too many errors by what no working client sends is closed with 1008.",
    sure: "ours",
    play: async () => cannotTell("the doctor does not flood a server"),
  },
  {
    section: "Close codes at the client",
    row: "A client that asks for a reconnect closes with 4000 and relies on the server to give that code back.",
    sure: "clients",
    async play(stage) {
      const code = await (await stage.open()).close(RECONNECT);
      return (code === RECONNECT ? holds : differs)(`the server closes with ${code}`);
    },
  },
];

/** The error of a refused handshake in place of a socket. */
function refusal(error) {
  if (error instanceof HandshakeRefused) return error;
  throw error;
}
