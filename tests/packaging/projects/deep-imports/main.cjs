const { XanoClient } = require("xano-wasm");
const { ERealtimeAction } = require("xano-wasm/lib/enums/realtime-action");
require("xano-wasm/lib/interfaces/realtime-action");
const { XanoRealtimeChannel } = require("xano-wasm/lib/models/realtime-channel");
const withExtension = require("xano-wasm/lib/models/realtime-channel.js");

const channel = new XanoClient(JSON.parse(process.argv[2])).channel("room");
console.log(
  ERealtimeAction.Message,
  channel instanceof XanoRealtimeChannel,
  withExtension.XanoRealtimeChannel === XanoRealtimeChannel,
);
