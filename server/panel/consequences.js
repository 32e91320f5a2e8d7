// The consequences of saving for channels in use. If another row applies to a name, the channel loses its members and
// its history.

/**
 * Returns one sentence for each row in force that saving removes, switches off or renames, and for each new row that
 * takes names from another row.
 *
 * @param {object[]} before the rows in force
 * @param {object[]} after the rows as edited
 * @returns {string[]}
 */
export function consequences(before, after) {
  const gone = before.filter(isOn).filter(({ pattern }) => !after.some((row) => isOn(row) && row.pattern === pattern));
  const come = after.filter(isOn).filter(({ pattern }) => !before.some((row) => isOn(row) && row.pattern === pattern));
  return [
    ...gone.map((row) => `${removed(row)} ${covered(coveringRow(after, row))}`),
    ...come
      .filter((row) => coveringRow(before, row))
      .map((row) => `${removed(row)} The row ${row.pattern} applies from then on.`),
  ];
}

function isOn({ enabled }) {
  return enabled;
}

function removed({ pattern, wildcard }) {
  return wildcard
    ? `Channels whose names start with ${prefixOf(pattern)}: members are put out, and the history is removed.`
    : `Channel ${pattern}: members are put out, and the history is removed.`;
}

function covered(row) {
  if (!row) return "No row covers the name: nobody can join.";
  const who = row.anonymous_clients ? "anonymous clients may join" : "only authenticated clients may join";
  return `The row ${row.pattern} applies from then on: ${who}.`;
}

/** Returns the row that applies to the names of a removed row: the nested row with the longest prefix. */
function coveringRow(rows, { pattern, wildcard }) {
  const nested = rows.filter((row) => isOn(row) && row.wildcard && row.pattern !== pattern);
  const covering = nested.filter((row) => (wildcard ? prefixOf(pattern) : pattern).startsWith(prefixOf(row.pattern)));
  return covering.toSorted((one, other) => other.pattern.length - one.pattern.length)[0];
}

/** Returns the part of the pattern before the asterisk. */
function prefixOf(pattern) {
  return pattern.replace(/\*$/, "");
}
