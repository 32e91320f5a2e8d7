// npm run release: publishes what `npm run pack -- --all` has made on Linux and on macOS. `-- --dry-run` shows it.
import { runParts } from "./lib/parts.mjs";
import { filesToPublish, publish, thisRelease } from "./lib/release.mjs";

const options = process.argv.slice(2).filter((option) => option === "--dry-run");
let files;

await runParts("npm run release", [
  [
    "packages",
    () => {
      files = filesToPublish(thisRelease());
    },
  ],
  [
    "npm publish",
    async () => {
      for (const file of files) await publish(file, options);
    },
  ],
]);
