// A visual builder's plugin: everything goes through request(), lower case, with whatever its forms hold.

import { XanoClient } from "@xano/js-sdk";
import { apiGroupBaseUrl, show } from "../world.js";

const client = new XanoClient({ apiGroupBaseUrl });
const events = [];
await client.request({
  method: "post",
  endpoint: "/stream",
  urlParams: { page: 1 },
  bodyParams: { question: "why" },
  headerParams: { "X-Team": "avengers" },
  streamingCallback: (event) => events.push([event.type, event.data]),
});
const plain = await client.request({
  method: "patch",
  endpoint: `${apiGroupBaseUrl}/echo`,
  urlParams: null,
  bodyParams: null,
  headerParams: {},
});
show({ events, plain: plain.getBody() });
