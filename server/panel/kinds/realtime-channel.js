// The channels of V2.

import { PARAMETER } from "./input.js";
import { DESCRIPTION } from "./kind.js";
import { MESSAGE } from "./message.js";

/** @type {import("./kind.js").Kind} */
export const REALTIME_CHANNEL = {
  key: "name",
  onOff: "active",
  name: "channel",
  plural: "Channels",
  none: "No channels: no client can connect.",
  lists: { input: PARAMETER, messages: MESSAGE },
  fresh: () => ({
    name: "",
    description: "",
    active: true,
    input: [],
    anonymous_clients: false,
    presence: false,
    publish: { who: "nobody", direct: false },
    conversation: { enabled: false, limit: 0, ttl: 0 },
    delivery: { guarantee: "at_most_once", per_recipient: false },
    rate_limit: { messages_per_minute: 0 },
    triggers: { join: null, leave: null, deliver: null },
    messages: [],
  }),
  fields: [
    { type: "text", key: "name", words: "Channel Template", hint: "Such as lobby or rooms/{room_id}." },
    DESCRIPTION,
    { type: "switch", key: "active", words: "Channel Status", hint: "Off: as if it were not in this list." },
    {
      type: "switch",
      key: "anonymous_clients",
      words: "Anonymous Clients",
      hint: "Clients without a token may join. It does not let them send.",
    },
    { type: "switch", key: "presence", words: "Presence", hint: "Members see who is here." },
    {
      type: "select",
      key: "publish.who",
      words: "Who May Send",
      hint: "Clients that may send to the channel.",
      choices: [
        ["nobody", "Nobody"],
        ["authenticated", "Authenticated clients"],
        ["anyone", "Anyone"],
      ],
    },
    {
      type: "switch",
      key: "publish.direct",
      words: "Direct Messages",
      hint: "Authenticated clients may send to one user.",
    },
    {
      type: "switch",
      key: "conversation.enabled",
      words: "Transcript",
      hint: "Clients receive the newest messages when they join.",
    },
    {
      type: "number",
      key: "conversation.limit",
      words: "Messages Kept",
      hint: "The length of the transcript. With 0, it is empty.",
    },
    {
      type: "number",
      key: "conversation.ttl",
      words: "Kept for Seconds of Silence",
      hint: "Then everything is forgotten. With 0, never.",
    },
    {
      type: "select",
      key: "delivery.guarantee",
      words: "Delivery",
      hint: "At least once: a message comes again at the next join until the client has acknowledged it.",
      choices: [
        ["at_most_once", "At most once"],
        ["at_least_once", "At least once"],
      ],
    },
    {
      type: "switch",
      key: "delivery.per_recipient",
      words: "Ask for Each Recipient",
      hint: "The deliver trigger is asked before each delivery.",
    },
    {
      type: "number",
      key: "rate_limit.messages_per_minute",
      words: "Messages per Minute",
      hint: "The limit of one user, or of one anonymous connection. With 0, none.",
    },
    { type: "url", key: "triggers.join", words: "Join Trigger", hint: "A URL that admits or denies a join." },
    { type: "url", key: "triggers.leave", words: "Leave Trigger", hint: "A URL that is told of a leave." },
    {
      type: "url",
      key: "triggers.deliver",
      words: "Deliver Trigger",
      hint: "A URL that is asked for each recipient, if that is switched on.",
    },
  ],
};
