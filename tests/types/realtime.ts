// Compiled, never run: what the types of realtime infer.

import {
  ERealtimeAction,
  XanoClient,
  type XanoRealtimeAction,
  type XanoRealtimeAnyAction,
  type XanoRealtimeChannel,
  type XanoTyped,
} from "xano-wasm";

interface ChatMessage {
  name: string;
  text: string;
}

const client = new XanoClient({ instanceBaseUrl: "https://x8.xano.io", realtimeConnectionHash: "hash" });
const room = client.channel<ChatMessage>("room", { history: true });

// Per action, by literal and by enum.
room
  .on("message", ({ payload }) => payload.text.toUpperCase())
  .on(ERealtimeAction.Message, ({ payload }) => payload.name.length)
  .on("presence_update", ({ payload }) => payload.presence.socketId.length)
  .on("history", ({ payload }) => payload.history.map((action) => action.payload.text))
  .on("error", ({ payload }) => payload.code === "cannot_connect");

// What survives an interruption.
client.channel("room", { recover: true }).on("message", ({ replayed }) => replayed === true);
room.on("connection_status", ({ payload }) => payload.retryInMs?.toFixed());
export const published = (): Promise<string | null | undefined> =>
  room.publish({ name: "Jill", text: "Hello" }).then(({ id }) => id);

// A switch over every action tells the payloads apart.
room.on((action) => {
  switch (action.action) {
    case "connection_status":
      return action.payload.status === "connected";
    case "message":
      return action.payload.text;
  }
});

// @ts-expect-error: a message of this channel has a name and a text
room.message("just a text");
// @ts-expect-error: there is no such field
room.on("message", ({ payload }) => payload.colour);
// @ts-expect-error: a client has no messages
client.on("message", () => {});

export async function promises(): Promise<string[]> {
  await room.joined;
  const next = await room.once("message");
  const kept = await room.fetchHistory();
  for await (const action of room) if (action.action === "message") return [action.payload.text];
  return [next.payload.text, ...kept.map((action) => action.payload.text)];
}

// What TypeScript sees of a channel without being told a payload.
type Channel = ReturnType<XanoClient["channel"]>;
const channel: Channel = client.channel("any");
channel.on("message", ({ payload }) => payload.anything);
channel.message("text", { authenticated: true, socketId: null });

// The name of an action is a member of the enum, and compares with literals.
export const nameOf = (action: XanoRealtimeAction): ERealtimeAction => action.action;
export const isMessage = ({ action }: XanoRealtimeAnyAction) =>
  action === "message" || action === ERealtimeAction.Event;

// The end of a client, by both names.
client.destroy();
client.disconnect();

// Realtime V2.
new XanoClient({ realtimeCanonical: "rtmain01", realtimeVersion: 2, realtimeClientId: "jill" });
const ordered = client.channel("orders", { messageType: "send", manualAck: true });
ordered.message({ text: "Hello" }, { type: "send" });
ordered.on(ERealtimeAction.Replay, ({ id, type, replayed, channel }) => [id, type, replayed, channel]);
ordered.on("presence_join", ({ payload }) => payload.member);
ordered.ack("1788471242750-0");
// @ts-expect-error: there are two versions
new XanoClient({ realtimeVersion: 3 });

new XanoClient({ realtimeVersion: 2, realtimeClientId: { storage: true } });
const typed = client.channel<XanoTyped<{ say: { text: string }; typing: boolean }>>("rooms/42");
typed.on("message", (action) => (action.type === "say" ? action.payload.text.length : action.payload === true));
typed.message({ text: "Hello" }, { type: "say" });
typed.publish(true, { type: "typing" }).then(({ delivered }) => delivered);
// @ts-expect-error: that is the payload of another type
typed.message(true, { type: "say" });
// @ts-expect-error: a payload is known once the type is
typed.on("message", ({ payload }) => payload.text);

export const wrapped = <Payload>(name: string): XanoRealtimeChannel<Payload> => client.channel<Payload>(name);
export const anything = (): XanoRealtimeChannel => client.channel<any>("room");

// Tokens may come from a function.
client.setRealtimeAuthToken(async () => "token");
new XanoClient({ realtimeAuthToken: () => null, debug: true });
