// Rows of “History”.

import { cannotTell, differs, holds } from "./stage.js";

const SECTION = "History";

export const historyRows = [
  {
    section: SECTION,
    row: '`{"action":"history","options":{"channel":C},"payload":null}`',
    sure: "clients",
    async play(stage) {
      await stage.history(await stage.member());
      return holds("it is answered");
    },
  },
  {
    section: SECTION,
    row: '`{"action":"history","client":null,"options":{"channel":C},"payload":{"history":[…]}}`',
    sure: "clients",
    async play(stage) {
      const { client, payload } = await stage.history(await stage.member());
      const fits = client === null && Array.isArray(payload?.history);
      return (fits ? holds : differs)(JSON.stringify({ client, payload: Object.keys(payload ?? {}) }));
    },
  },
  {
    section: SECTION,
    row: "Each entry is the whole frame of the message, oldest first.",
    sure: "clients; ours",
    async play(stage) {
      const member = await stage.member();
      const [first, second] = [await stage.say(member), await stage.say(member)];
      const { history } = (await stage.history(member)).payload;
      const places = [first, second].map((said) =>
        history.findIndex(({ payload }) => payload?.mark === said.payload.mark),
      );
      if (places.includes(-1)) return cannotTell("the channel keeps no messages");
      const isWhole = ["action", "client", "options", "payload"].every((key) => key in history[places[0]]);
      if (!isWhole) return differs(`an entry has ${Object.keys(history[places[0]]).join(", ")}`);
      return places[0] < places[1] ? holds("whole frames, oldest first") : differs("whole frames, newest first");
    },
  },
  {
    section: SECTION,
    row: "The list is empty where the channel keeps nothing, and where a `socketId` was given",
    sure: "ours",
    async play(stage) {
      const member = await stage.member();
      const { client } = await stage.say(member);
      const { history } = (await stage.history(member, { socketId: client.socketId })).payload;
      return (history.length === 0 ? holds : differs)(`with a socketId it has ${history.length} entries`);
    },
  },
  {
    section: SECTION,
    row: "Messages for authenticated members only are left out for the others.",
    sure: "ours",
    async play(stage) {
      if (!stage.token) return cannotTell("no token was given");
      const said = await stage.say(await stage.member(), { authenticated: true });
      if (said.options.authenticated !== true) return cannotTell("the message is not for authenticated members");
      const isIt = ({ payload }) => payload?.mark === said.payload.mark;
      const own = (await stage.history(await stage.member())).payload.history;
      if (!own.some(isIt)) return cannotTell("the channel does not keep it");
      const anonymous = (await stage.history(await stage.member({}, { token: null }))).payload.history;
      return anonymous.some(isIt)
        ? differs("an anonymous member reads it")
        : holds("an anonymous member does not read it");
    },
  },
];
