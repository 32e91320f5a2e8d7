// Where the packages lie, and what tries them.

import { join } from "node:path";

const TARGET = join(import.meta.dirname, "../../../target");

/** What `npm run pack` has left. */
export const PACKED = join(TARGET, "npm");

/** The registry and the test runners are installed here; projects below it find the runners. */
export const TOOLS = join(TARGET, "distribution");
