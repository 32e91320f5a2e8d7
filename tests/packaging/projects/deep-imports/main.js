// As bundlers resolve them, and as Node does, which wants the extension.

import { XanoClient } from "xano-wasm";
import { ERealtimeAction } from "xano-wasm/lib/enums/realtime-action";
import "xano-wasm/lib/interfaces/realtime-action";
import { XanoRealtimeChannel } from "xano-wasm/lib/models/realtime-channel";
import * as withExtension from "xano-wasm/lib/models/realtime-channel.js";

const channel = new XanoClient(JSON.parse(process.argv[2])).channel("room");
console.log(
  ERealtimeAction.Message,
  channel instanceof XanoRealtimeChannel,
  withExtension.XanoRealtimeChannel === XanoRealtimeChannel,
);
