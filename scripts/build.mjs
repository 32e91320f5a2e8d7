// npm run build [-- --debug]: the npm package in pkg/ and the demo in target/demo/.
import { spawnSync } from "node:child_process";
const { status } = spawnSync("cargo", ["run", "--release", "-p", "xtask", "--", "build", ...process.argv.slice(2)], { stdio: "inherit" });
process.exit(status ?? 1);
