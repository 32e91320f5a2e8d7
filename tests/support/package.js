// The built package, by the entry that XANO_ENTRY names: `index`, or `js` without WebAssembly.

const entry = process.env.XANO_ENTRY ?? "index";

export const sdk = await import(`../../pkg/${entry}.js`);
/** The same as a classic script, in `pkg/dist`. */
export const script = entry === "js" ? "xano.js.min.js" : "xano.min.js";
