// The channels of V1, with the labels of Xano's own panel.

import { DESCRIPTION } from "./kind.js";

/** The history sizes that the form offers, in messages. */
const HISTORY_SIZES = [0, 25, 50, 100, 250, 1000];

const SWITCHES = [
  { key: "enabled", words: "Channel Status", hint: "Off: as if the channel were not in this list." },
  {
    key: "wildcard",
    words: "Nested channels",
    hint: "The target ends in /* and covers every channel below it: chat/* covers chat/1 and chat/1/2.",
  },
  {
    key: "anonymous_clients",
    words: "Anonymous Clients",
    hint: "Clients without a token may join. It does not let them send.",
  },
  { key: "presence", words: "Presence", hint: "Members see who is here." },
  {
    key: "client_public_messaging",
    words: "Client Public Messaging",
    hint: "Clients may send to everybody on the channel.",
    authenticatedOnly: {
      key: "client_public_messaging_authenticated_only",
      hint: "Authenticated clients may send; everybody receives.",
    },
  },
  {
    key: "client_private_messaging",
    words: "Client Private Messaging",
    hint: "A member may send to one other.",
    authenticatedOnly: {
      key: "client_private_messaging_authenticated_only",
      hint: "Both of them have to be authenticated.",
    },
  },
  {
    key: "client_authenticated_messaging",
    words: "Client Authenticated Messaging",
    hint: "Authenticated members may send to authenticated members only.",
  },
];

/** @type {import("./kind.js").Kind} */
export const CHANNEL = {
  key: "pattern",
  onOff: "enabled",
  name: "channel",
  none: "No channels: nobody can join anything.",
  lists: {},
  fresh: newChannel,
  fields: [
    {
      type: "text",
      key: "pattern",
      words: "Channel Target",
      hint: "The channel's name, such as marvel-chat-room or chat/*",
    },
    DESCRIPTION,
    ...SWITCHES.map(fieldOf),
    {
      type: "select",
      key: "history",
      words: "Message History",
      hint: "How many messages are kept for clients that join later.",
      choices: HISTORY_SIZES.map((size) => [size, size === 0 ? "None" : size.toLocaleString("en")]),
    },
    { type: "urls", shows: "triggers", hint: "Triggers, from the settings file" },
  ],
};

function fieldOf({ authenticatedOnly, ...own }) {
  const field = { type: "switch", ...own };
  if (!authenticatedOnly) return field;
  const child = { type: "switch", words: "Authenticated Only", parent: own.key, ...authenticatedOnly };
  return { type: "family", fields: [field, child] };
}

/** Returns the values of a new channel: it is enabled and permits nothing. */
function newChannel() {
  const channel = { pattern: "", description: "", history: 0 };
  for (const { key, authenticatedOnly } of SWITCHES) {
    channel[key] = key === "enabled";
    if (authenticatedOnly) channel[authenticatedOnly.key] = false;
  }
  return channel;
}
