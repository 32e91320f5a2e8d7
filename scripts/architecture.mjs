// node scripts/architecture.mjs: draws docs/architecture.svg from the sources, and lists circles between folders.
import { writeArchitecture } from "./lib/architecture/check.mjs";

await writeArchitecture();
