// Rows of “Presence”.

import { cannotTell, CannotTell, differs, holds } from "./stage.js";

const SECTION = "Presence";
const QUICK_MEMBERS = 5;

export const presenceRows = [
  {
    section: SECTION,
    row: '`{"action":"presence_full",…,"payload":{"presence":[Client,…]}}`, to a joiner who asked, itself included',
    sure: "clients",
    async play(stage) {
      const socket = await stage.member({ presence: true });
      const members = await listOf(stage, socket);
      const { client } = await stage.say(socket);
      const isIncluded = members.some(({ socketId }) => socketId === client.socketId);
      return isIncluded ? holds("the joiner is in it") : differs("the joiner is not in it");
    },
  },
  {
    section: SECTION,
    row: '`{"action":"presence_update",…,"payload":{"action":"join","presence":Client}}`, or `"leave"`',
    sure: "clients",
    async play(stage) {
      const observer = await stage.member({ presence: true });
      await listOf(stage, observer);
      const other = await stage.member();
      if (!(await update(stage, observer, "join"))) return differs("a join is not told");
      await other.close();
      return (await update(stage, observer, "leave"))
        ? holds("join and leave are told")
        : differs("a leave is not told");
    },
  },
  {
    section: SECTION,
    row: "One entry per socket, not per user.",
    sure: "clients",
    async play(stage) {
      const first = await stage.say(await stage.member());
      const second = await stage.member({ presence: true });
      const members = await listOf(stage, second);
      const own = await stage.say(second);
      const ids = [first.client.socketId, own.client.socketId];
      await stage.settle(second);
      const told = updates(second).map(({ payload }) => payload.presence);
      const found = [...members, ...told].filter(({ socketId }) => ids.includes(socketId)).length;
      const who = stage.token ? "one user" : "anonymous clients";
      return (found === 2 ? holds : differs)(`two sockets of ${who} are ${found} entries`);
    },
  },
  {
    section: SECTION,
    row: "Updates go to the members who asked for presence, and never to the one they are about.",
    sure: "ours",
    async play(stage) {
      const observer = await stage.member({ presence: true });
      await listOf(stage, observer);
      const silent = await stage.member();
      const joiner = await stage.member({ presence: true });
      const { client } = await stage.say(joiner);
      await stage.settle(silent);
      const isOwn = ({ payload }) => payload.presence?.socketId === client.socketId;
      if (updates(joiner).some(isOwn)) return differs("the joiner is told of itself");
      if (updates(silent).length > 0) return differs("a member who did not ask is told");
      return updates(observer).some(isOwn)
        ? holds("the one who asked is told")
        : differs("the one who asked is not told");
    },
  },
  {
    section: SECTION,
    row: "Updates that come fast are [told together](server-reference.md#limits), ten times a second; until then the list does not name the new member either, so list and updates always fit.",
    sure: "ours",
    async play(stage) {
      const quick = Array.from({ length: QUICK_MEMBERS }, () => stage.member());
      const [observer] = await Promise.all([stage.member({ presence: true }), ...quick]);
      const listed = new Set((await listOf(stage, observer)).map(({ socketId }) => socketId));
      await stage.settle(observer);
      for (const { payload } of updates(observer)) {
        const { socketId } = payload.presence;
        const isJoin = payload.action === "join";
        if (listed.has(socketId) === isJoin) return differs(`a ${payload.action} does not fit the list before it`);
        if (isJoin) listed.add(socketId);
        else listed.delete(socketId);
      }
      return holds("list and updates fit; whether they are told together is not seen");
    },
  },
  {
    section: SECTION,
    row: "The list names a [bounded number](server-reference.md#limits) of members and the reader itself;",
    sure: "ours",
    play: async () => cannotTell("the doctor opens no thousand sockets"),
  },
];

async function listOf(stage, socket) {
  const frame = await stage.find(socket, ({ action }) => action === "presence_full");
  if (!Array.isArray(frame?.payload?.presence)) throw new CannotTell("the channel has no presence");
  return frame.payload.presence;
}

function update(stage, socket, action) {
  return stage.find(socket, (frame) => frame.action === "presence_update" && frame.payload?.action === action);
}

function updates(socket) {
  return socket.heard.filter(({ action }) => action === "presence_update");
}
