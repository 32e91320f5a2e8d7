// The settings of the model: `servers` in the form of a settings file. Where the file has the URL of a handler or of a
// trigger, the model has a function. A setting that the model does not follow is refused, except the types of `input`.
// guess: input-check. The model refuses no value of another type.

const MESSAGE = { name: undefined, active: true, deliver_to: "channel", input: [], handler: null };

const CHANNEL = {
  name: undefined,
  active: true,
  input: [],
  anonymous_clients: false,
  presence: false,
  publish: { who: "nobody", direct: false },
  conversation: { enabled: false, limit: 0, ttl: 0 },
  delivery: { guarantee: "at_most_once" },
  rate_limit: { messages_per_minute: 0 },
  triggers: { join: null, leave: null },
  messages: [],
};

const SERVER = {
  name: undefined,
  canonical: undefined,
  enabled: false,
  handshake_delay_ms: 0,
  triggers: { connect: null, disconnect: null },
  channels: [],
};

/** Returns the servers with every default filled in. */
export function readSettings({ servers }) {
  return servers.map((server, at) => {
    const place = `servers[${at}]`;
    const channels = (server.channels ?? []).map((channel, index) =>
      readChannel(channel, `${place}.channels[${index}]`),
    );
    return { ...filled(SERVER, server, place), channels };
  });
}

function readChannel(channel, place) {
  const messages = (channel.messages ?? []).map((message, at) => filled(MESSAGE, message, `${place}.messages[${at}]`));
  return { ...filled(CHANNEL, channel, place), messages };
}

function filled(defaults, given, place) {
  const unknown = Object.keys(given).filter((key) => !(key in defaults));
  if (unknown.length > 0) throw new Error(`${place}.${unknown[0]} is not in the model`);
  const entries = Object.entries(defaults).map(([key, value]) => {
    if (!isGroup(value)) return [key, given[key] ?? value];
    return [key, filled(value, given[key] ?? {}, `${place}.${key}`)];
  });
  return Object.fromEntries(entries);
}

function isGroup(value) {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Returns the active channel whose template matches the name, with the parameters as strings. */
export function findChannel(channels, name) {
  const matches = channels.filter(({ active }) => active).map((row) => ({ row, params: match(row.name, name) }));
  return matches.filter(({ params }) => params).sort(byLiterals)[0];
}

/** guess: params-empty. A joined value has letters, digits, `_` and `-`. */
function match(template, name) {
  const [wanted, given] = [template.split("/"), name.split("/")];
  if (wanted.length !== given.length) return undefined;
  const params = {};
  for (const [at, segment] of wanted.entries()) {
    const parameter = parameterOf(segment);
    if (parameter ? !/^[\w-]+$/.test(given[at]) : segment !== given[at]) return undefined;
    if (parameter) params[parameter] = given[at];
  }
  return params;
}

/** From the left, a literal segment beats a parameter. */
function byLiterals({ row: one }, { row: other }) {
  const shape = ({ name }) =>
    name
      .split("/")
      .map((segment) => (parameterOf(segment) ? "1" : "0"))
      .join("");
  return shape(one) < shape(other) ? -1 : 1;
}

function parameterOf(segment) {
  return /^\{(\w+)\}$/.exec(segment)?.[1];
}
