// Writes lib/ of the package: the modules that applications import out of the depths of @xano/js-sdk, because its
// index does not export the names. Why these and no others: docs/packaging.md.
// node stubs.mjs <package folder>
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

/** Path in the original -> what it exports, by our names for it. */
const MODULES = {
  "enums/realtime-action": { values: ["ERealtimeAction"] },
  "enums/realtime-connection-status": { values: ["ERealtimeConnectionStatus"] },
  "enums/realtime-presence-action.enum": { values: ["ERealtimePresenceAction"] },
  "interfaces/realtime-action": { types: ["XanoRealtimeAction"] },
  "interfaces/realtime-action-options": { types: ["XanoRealtimeActionOptions"] },
  "interfaces/realtime-channel-options": { types: ["XanoRealtimeChannelOptions"] },
  // The original has an interface and a class of that name.
  "interfaces/realtime-client": { types: ["XanoRealtimeSender as XanoRealtimeClient"] },
  "models/event-stream": { values: ["XanoEventStream"] },
  "models/realtime-channel": { values: ["XanoRealtimeChannel"] },
  "models/realtime-client": { values: ["XanoRealtimeClient"] },
  "types/xano-streaming-callback.type": { types: ["XanoStreamingCallback"] },
};

const folder = process.argv[2];

for (const [path, names] of Object.entries(MODULES)) {
  for (const [extension, text] of Object.entries(stub(names))) {
    const file = join(folder, "lib", `${path}${extension}`);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, `${text}\n`);
  }
}

/** One module for `import` and for `require`, each with its types. */
function stub({ values = [], types = [] }) {
  const declared = (index) =>
    `export ${types.length > 0 ? "type " : ""}{ ${[...values, ...types].join(", ")} } from "${index}";`;
  return {
    ".js": values.length > 0 ? `export { ${values.join(", ")} } from "../../index.js";` : "export {};",
    ".cjs": values.map((name) => `exports.${name} = require("../../index.cjs").${name};`).join("\n"),
    ".d.ts": declared("../../index.js"),
    ".d.cts": declared("../../index.cjs"),
  };
}
