// A program by the vendor's documentation: the setting is called realtimeCanonical there.

import { XanoClient } from "@xano/js-sdk";
import { outcome, settings, settled, show, sockets } from "../world.js";

const { instanceBaseUrl, realtimeConnectionHash: realtimeCanonical } = settings;
const client = new XanoClient({ instanceBaseUrl, realtimeCanonical });
const made = outcome(() => client.channel("room").on(() => {}));
await settled();
show({ made, paths: sockets.map(({ url }) => new URL(url).pathname) });
