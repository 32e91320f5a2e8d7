// Writes the package's README.md: that of pkg-template, with what only the finished package knows.
// node readme.mjs <pkg-template/README.md> <package folder> <version>
import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const [template, folder, version] = process.argv.slice(2);

const readme = readFileSync(template, "utf8")
  .replaceAll("{version}", version)
  .replaceAll("{integrity}", integrity(readFileSync(join(folder, "dist/xano.min.js"))))
  // What lies elsewhere in the repository lies beside the README in the package.
  .replaceAll(/\]\(\.\.\/(?:docs\/)?/g, "](");
writeFileSync(join(folder, "README.md"), readme);

/** What browsers compare a script with before they run it. */
function integrity(script) {
  return `sha384-${createHash("sha384").update(script).digest("base64")}`;
}
