// The consequences of saving for Realtime servers in use. A channel whose template goes loses its members, its
// transcript and its stream; one that stays may lose a part of them; a server that goes loses its connections.

/**
 * Returns one sentence for each server in force that saving closes, for each template that it removes or switches off,
 * for each new template that takes names from another one, and for what the channels of a template lose that stays.
 *
 * @param {object[]} before the servers in force
 * @param {object[]} after the servers as edited
 * @returns {string[]}
 */
export function serverConsequences(before, after) {
  return before.filter(isOpen).flatMap((server) => {
    const same = after.find(({ canonical }) => canonical === server.canonical);
    if (!same || !isOpen(same)) return [`Server ${server.canonical}: every connection is closed.`];
    return [
      ...channelConsequences(server.canonical, activeOf(server), activeOf(same)),
      ...server.channels.filter(isActive).flatMap((channel) => losses(server.canonical, channel, same.channels)),
    ];
  });
}

/** Returns what the channels of a template lose if it stays with other settings. */
function losses(canonical, before, channels) {
  const after = channels.find((channel) => isActive(channel) && channel.name === before.name);
  if (!after) return [];
  const of = `Channel ${before.name} of ${canonical}`;
  return [
    ...(after.delivery.guarantee === before.delivery.guarantee ? [] : [`${of}: transcript and stream are removed.`]),
    ...(before.anonymous_clients && !after.anonymous_clients ? [`${of}: members without a token are put out.`] : []),
  ];
}

function channelConsequences(canonical, before, after) {
  const gone = before.filter((template) => !after.includes(template));
  const come = after.filter((template) => !before.includes(template));
  const emptied = [...gone, ...come.filter((template) => before.some((other) => takesFrom(template, other)))];
  return emptied.map(
    (template) => `Channel ${template} of ${canonical}: members are put out, transcript and stream are removed.`,
  );
}

function isOpen(server) {
  return server.enabled && activeOf(server).length > 0;
}

/** Returns the templates of the active channels. */
function activeOf({ channels }) {
  return channels.filter(isActive).map(({ name }) => name);
}

function isActive({ active }) {
  return active;
}

/** Returns whether some names match both templates and belong to the first one: from the left, a literal wins. */
function takesFrom(template, other) {
  const [own, others] = [template.split("/"), other.split("/")];
  if (own.length !== others.length) return false;
  const canMatch = own.every((segment, i) => isParameter(segment) || isParameter(others[i]) || segment === others[i]);
  const differing = own.findIndex((segment, i) => isParameter(segment) !== isParameter(others[i]));
  return canMatch && differing >= 0 && !isParameter(own[differing]);
}

function isParameter(segment) {
  return segment.startsWith("{");
}
