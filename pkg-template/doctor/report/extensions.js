// Rows of “Extensions”, save those of “Publish”. Nothing of an extension is sent to a server that did not announce it.

import { CannotTell, differs, holds } from "./stage.js";

const SECTION = "Extensions";
const PONG_MS = 5_000;
const ID = /^\d+-\d+$/;

/** A member on a server that has announced this extension. */
export async function memberWith(stage, extension, payload) {
  const member = await stage.member(payload);
  const announced = member.answer.payload?.ext?.[extension];
  if (!announced) throw new CannotTell(`the server does not announce ${extension}`);
  return { member, announced };
}

export const extensionRows = [
  {
    section: SECTION,
    row: 'The acknowledgement of a join announces it: `"payload":{"ext":{"ping":1,"publish":1,"recover":{"epoch":E,"id":I}}}`.',
    sure: "ours",
    async play(stage) {
      const { ext } = (await stage.member()).answer.payload ?? {};
      return ext ? holds(`announced: ${Object.keys(ext).join(", ")}`) : differs("nothing is announced");
    },
  },
  {
    section: SECTION,
    row: '`{"action":"ping"}` is answered `{"action":"pong"}`',
    sure: "ours",
    async play(stage) {
      const { member } = await memberWith(stage, "ping");
      const answer = await member.ask({ action: "ping" }, ({ action }) => action === "pong", PONG_MS);
      return answer ? holds("it is") : differs("it is not answered");
    },
  },
  {
    section: SECTION,
    row: "Every message and event for a channel's members carries `options.id`, in the history too.",
    sure: "ours",
    async play(stage) {
      const { member } = await memberWith(stage, "recover");
      const ids = [await stage.say(member), await stage.say(member)].map(({ options }) => options.id);
      if (!ids.every((id) => ID.test(id))) return differs(`ids: ${ids.join(", ")}`);
      const [earlier, later] = ids.map((id) => id.split("-").map(Number));
      const isGreater = later[0] > earlier[0] || (later[0] === earlier[0] && later[1] > earlier[1]);
      return isGreater ? holds("later ones are greater") : differs("a later id is not greater");
    },
  },
  {
    section: SECTION,
    row: "`ext.recover` is where the joiner stands: the newest id on the channel.",
    sure: "ours",
    async play(stage) {
      const { member } = await memberWith(stage, "recover");
      const { options } = await stage.say(member);
      const { announced } = await memberWith(stage, "recover");
      return announced.id === options.id
        ? holds("it is the newest id")
        : differs("it is another id; another member may have sent a message");
    },
  },
  {
    section: SECTION,
    row: "In one step with becoming a member, after the acknowledgement and `presence_full`, comes one `history` frame,",
    sure: "ours",
    async play(stage) {
      const { member, announced } = await memberWith(stage, "recover");
      const missed = await stage.say(member);
      const since = { epoch: announced.epoch, id: announced.id };
      const returning = await stage.member({ since });
      const frame = await stage.find(returning, ({ action }) => action === "history");
      if (!frame) return differs("no history comes");
      const { history, complete } = frame.payload;
      if (complete !== true) throw new CannotTell("the channel keeps no messages");
      const isThere = history.some(({ payload }) => payload?.mark === missed.payload.mark);
      return isThere ? holds("what was missed is in it") : differs("what was missed is not in it");
    },
  },
];
