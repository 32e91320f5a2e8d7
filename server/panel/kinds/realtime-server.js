// The Realtime servers of V2.

import { DESCRIPTION } from "./kind.js";
import { REALTIME_CHANNEL } from "./realtime-channel.js";

/** @type {import("./kind.js").Kind} */
export const REALTIME_SERVER = {
  key: "canonical",
  title: "name",
  onOff: "enabled",
  name: "Realtime server",
  none: "No Realtime servers: nobody can connect with Realtime V2.",
  lists: { channels: REALTIME_CHANNEL },
  fresh: () => ({
    name: "",
    canonical: "",
    description: "",
    enabled: true,
    handshake_delay_ms: 0,
    triggers: { connect: null, disconnect: null },
    channels: [],
  }),
  fields: [
    { type: "text", key: "name", words: "Server Name", hint: "For people, and for publishing from the workspace." },
    {
      type: "text",
      key: "canonical",
      words: "Canonical",
      hint: "The end of the address of a socket, such as rtmain01. Clients give it as realtimeCanonical.",
    },
    DESCRIPTION,
    {
      type: "switch",
      key: "enabled",
      words: "Server Status",
      hint: "Off: every connection is closed, and new ones are refused.",
    },
    {
      type: "number",
      key: "handshake_delay_ms",
      words: "Handshake Delay",
      hint: "Milliseconds after the opening of a socket in which every frame is refused, as on a busy instance.",
    },
    {
      type: "url",
      key: "triggers.connect",
      words: "Connect Trigger",
      hint: "A URL that admits or denies a connection.",
    },
    {
      type: "url",
      key: "triggers.disconnect",
      words: "Disconnect Trigger",
      hint: "A URL that is told of the end of a connection.",
    },
  ],
};
