import { build } from "esbuild";

const { warnings } = await build({ entryPoints: ["main.js"], bundle: true, minify: true, outfile: "dist/bundle.js" });
if (warnings.length > 0) throw new Error(warnings.map(({ text }) => text).join("\n"));
