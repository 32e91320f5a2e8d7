import { socket_url } from "wasm:wire";
import { hinted } from "./errors.js";

const HINT = "Both stand in the Realtime Settings of the workspace; pass them to new XanoClient({ … }).";
const SPELLINGS = " (realtimeCanonical and realtimeConnectionHash are other names of it)";

/** The one before: the channels of a client share the text. */
let latest;

/** Where the socket of a client with these settings goes. */
export function socketAddress(config) {
  const base = config.instanceBaseUrl || config.apiGroupBaseUrl;
  const segment = config.realtimeConnectionCanonical || config.realtimeCanonical || config.realtimeConnectionHash;
  const missing = !base ? "instanceBaseUrl or apiGroupBaseUrl" : !segment && "realtimeConnectionCanonical";
  if (missing) {
    throw hinted(`Please configure ${missing} setting before connecting to realtime${base ? SPELLINGS : ""}`, HINT);
  }
  try {
    const address = socket_url(base, segment);
    if (address !== latest) latest = address;
    return latest;
  } catch (cause) {
    throw new Error(`The base URL "${base}" is none: it has to begin as in https://x8ki-letl-twmt.n7.xano.io`, {
      cause,
    });
  }
}
