// npm run pack: the npm packages of the client, of the server, and of the server's program for this platform, in target/npm/.
// `-- --all` packs the programs for all platforms that can be built here. `-- --container` leaves what the container image
// is built from, in target/container/, and no packages.
import { packageParts, programParts } from "./lib/build.mjs";
import { packContainer } from "./lib/container.mjs";
import { mainPackParts, packParts } from "./lib/pack.mjs";
import { runParts } from "./lib/parts.mjs";
import { platformParts } from "./lib/platforms.mjs";
import { ensureNodePackages, ensureRustToolchain } from "./lib/prerequisites.mjs";

const CHOICES = {
  "": [...programParts(), ...packParts()],
  "--all": [...packageParts(), ...mainPackParts(), ...platformParts()],
  "--container": [...packageParts(), ["folder target/container", packContainer]],
};

const option = process.argv.slice(2).join(" ");
const parts = CHOICES[option];
if (parts) {
  const command = ["npm run pack", option].filter(Boolean).join(" -- ");
  await runParts(command, [["npm packages", ensureNodePackages], ["Rust toolchain", ensureRustToolchain], ...parts]);
} else {
  console.error(`npm run pack: there is no option "${option}": give --all, --container or none`);
  process.exitCode = 1;
}
