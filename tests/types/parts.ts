// The parts of the package have the types of the whole.

import { XanoClient as Whole } from "xano-wasm";
import { XanoClient as Requests, XanoFile, XanoRequestError } from "xano-wasm/http";
import { type XanoRealtimeAction, XanoClient as Channels } from "xano-wasm/realtime";

const settings = { instanceBaseUrl: "https://x8ki-letl-twmt.n7.xano.io" };

const requests: Requests = new Requests(settings).setAuthToken("token");
requests.post("/upload", { file: new XanoFile("a.txt", "text") }).catch((error) => error instanceof XanoRequestError);
// @ts-expect-error it has no realtime token
requests.setRealtimeAuthToken("token");

const channels: Channels = new Channels(settings).setRealtimeAuthToken("token");
channels.channel<string>("room").on("message", ({ payload }) => payload.toUpperCase());
const hear = (action: XanoRealtimeAction<string>) => action.payload;
channels.channel<string>("room").on("message", hear);
// @ts-expect-error it sends no requests
channels.get("/x");

// The whole is both.
const both: Pick<Requests, "get"> & Pick<Channels, "channel"> = new Whole(settings);
both.get("/x");
