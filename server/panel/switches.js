// The fields of a channel, with the labels of Xano's own panel.

export const SWITCHES = [
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

/** The history sizes that the form offers, in messages. */
export const HISTORY_SIZES = [0, 25, 50, 100, 250, 1000];

/** Returns the values of a new channel: it is enabled and permits nothing. */
export function newChannel() {
  const channel = { pattern: "", description: "", history: 0 };
  for (const { key, authenticatedOnly } of SWITCHES) {
    channel[key] = key === "enabled";
    if (authenticatedOnly) channel[authenticatedOnly.key] = false;
  }
  return channel;
}
