// What saving does to channels that are in use: where another row covers a name, its members and history are removed.

/**
 * One sentence for each row in force that saving removes, switches off or renames, and for each new row that takes a name
 * from another one.
 *
 * @param {object[]} before the rows in force
 * @param {object[]} after the rows as they are edited
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

/** The row that covers the names of a row which is not there: the nested one with the longest beginning. */
function coveringRow(rows, { pattern, wildcard }) {
  const nested = rows.filter((row) => isOn(row) && row.wildcard && row.pattern !== pattern);
  const covering = nested.filter((row) => (wildcard ? prefixOf(pattern) : pattern).startsWith(prefixOf(row.pattern)));
  return covering.toSorted((one, other) => other.pattern.length - one.pattern.length)[0];
}

/** What stands before the asterisk. */
function prefixOf(pattern) {
  return pattern.replace(/\*$/, "");
}
