// A radio page: two clients for two instances, in one tick.

import { XanoClient } from "@xano/js-sdk";
import { outcome, settings, settled, show, sockets } from "../world.js";

const made = ["one", "two"].map((name) =>
  outcome(() => {
    const client = new XanoClient({ ...settings, instanceBaseUrl: `https://${name}.xano.io` });
    client.channel("room").on(() => {});
  }),
);
await settled();
show({ made, hosts: sockets.map(({ url }) => new URL(url).hostname) });
