// The messages of a channel of V2.

import { INPUT } from "./input.js";
import { DESCRIPTION } from "./kind.js";

/** @type {import("./kind.js").Kind} */
export const MESSAGE = {
  key: "name",
  onOff: "active",
  name: "message",
  plural: "Messages",
  none: "No messages: clients can send nothing.",
  lists: { input: INPUT },
  fresh: () => ({
    name: "",
    description: "",
    active: true,
    auth: false,
    deliver_to: "channel",
    input: [],
    handler: null,
    on_failure: "refuse",
  }),
  fields: [
    { type: "text", key: "name", words: "Message Name", hint: "The type of the client's broadcast, such as send." },
    DESCRIPTION,
    { type: "switch", key: "active", words: "Message Status", hint: "Off: as if it were not in this list." },
    {
      type: "number",
      key: "auth",
      empty: false,
      words: "Table of Users",
      hint: "The dbo_id of the table whose users may send. Empty: everybody whom the channel lets send.",
    },
    {
      type: "select",
      key: "deliver_to",
      words: "Deliver To",
      hint: "The members that receive it.",
      choices: [
        ["channel", "The channel, with the sender"],
        ["others", "The others"],
        ["sender", "The sender alone"],
        ["explicit", "No client"],
      ],
    },
    {
      type: "url",
      key: "handler",
      words: "Handler",
      hint: "A URL whose answer takes the place of the payload. Empty: the payload is passed through.",
    },
    {
      type: "select",
      key: "on_failure",
      words: "If the Handler Fails",
      hint: "The sender gets an error, or the payload is delivered as it was sent.",
      choices: [
        ["refuse", "Refuse the message"],
        ["deliver", "Deliver the payload"],
      ],
    },
  ],
};
