// Which part must not know which other one; the reasons are in docs/architecture.md.

/** Folders and files, by the beginnings of their paths. */
const RULES = [
  { from: "protocol/src", never: ["src", "hub/src", "server/src", "pkg-template"] },
  { from: "src", never: ["hub/src", "server/src", "pkg-template"] },
  { from: "src/engine", never: ["src/npm", "src/typed"] },
  { from: "src/typed", never: ["src/npm"] },
  {
    from: "pkg-template/src/core",
    never: ["pkg-template/src/realtime", "pkg-template/src/http", "pkg-template/src/storage"],
  },
  { from: "hub/src", never: ["src", "server/src", "pkg-template"] },
  { from: "server/src/cluster", never: ["server/src/exchange", "server/src/socket", "server/src/http"] },
];

/** @returns {string[]} each import that a rule forbids */
export function breaches({ arrows }, rules = RULES) {
  const imports = arrows.flatMap((arrow) => arrow.imports);
  return rules.flatMap(({ from, never }) =>
    imports
      .filter(([file, imported]) => isIn(file, from) && never.some((other) => isIn(imported, other)))
      .map(([file, imported]) => `${file} must not import ${imported}`),
  );
}

function isIn(file, place) {
  return file.startsWith(`${place}/`) || file.startsWith(`${place}.`);
}
