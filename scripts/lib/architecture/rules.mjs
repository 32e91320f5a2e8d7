// Which part must not know which other one; the reasons are in docs/architecture.md.

/** Folders and files, by the beginnings of their paths. `fails`: whether a breach fails `npm run check`, or is listed. */
const RULES = [
  { from: "protocol/src", never: ["src", "hub/src", "server/src", "pkg-template"], fails: true },
  { from: "src", never: ["hub/src", "server/src", "pkg-template"], fails: true },
  { from: "src/session", never: ["src/web", "src/npm", "src/typed"], fails: true },
  { from: "src/engine", never: ["src/web", "src/npm", "src/typed"], fails: true },
  { from: "src/typed", never: ["src/web", "src/npm"], fails: true },
  { from: "hub/src", never: ["src", "server/src", "pkg-template"], fails: true },
  // Fails as soon as the cluster posts into a channel of requests instead.
  { from: "server/src/cluster", never: ["server/src/exchange", "server/src/socket", "server/src/http"], fails: true },
];

/** @returns {{ text: string, fails: boolean }[]} each import that a rule forbids */
export function breaches({ arrows }, rules = RULES) {
  const imports = arrows.flatMap((arrow) => arrow.imports);
  return rules.flatMap(({ from, never, fails }) =>
    imports
      .filter(([file, imported]) => isIn(file, from) && never.some((other) => isIn(imported, other)))
      .map(([file, imported]) => ({ text: `${file} must not import ${imported}`, fails })),
  );
}

function isIn(file, place) {
  return file.startsWith(`${place}/`) || file.startsWith(`${place}.`);
}
