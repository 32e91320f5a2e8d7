// The ES module entry. The code itself is CommonJS, which Jest can load, too.
import library from "./index.cjs";

export const { startServer } = library;
