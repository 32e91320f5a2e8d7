// The tables of docs/permissions-v2.md, and the settings that a row of them describes.

import { readFile } from "node:fs/promises";

export const ACTS = [
  "connect",
  "join",
  "broadcast",
  "second broadcast",
  "direct",
  "presence",
  "transcript",
  "replay",
  "replay, acknowledged",
  "replay, no `client_id`",
];
export const WHO = { "Anonymous clients": false, "Authenticated clients": true };
export const CHANNEL = "rooms/{id}";

/** Keys whose value is the URL of an endpoint. */
const URLS = ["connect", "disconnect", "join", "leave", "deliver", "handler"];

/** Every setting of a server, of its channel and of the channel's message, by its path in the document. */
const EVERYTHING = {
  "server.enabled": true,
  "server.handshake_delay_ms": 0,
  "server.triggers.connect": null,
  "server.triggers.disconnect": null,
  active: true,
  input: [{ name: "id", type: "int" }],
  anonymous_clients: true,
  presence: true,
  "publish.who": "anyone",
  "publish.direct": true,
  "conversation.enabled": true,
  "conversation.limit": 3,
  "conversation.ttl": 0,
  "delivery.guarantee": "at_least_once",
  "delivery.per_recipient": false,
  "rate_limit.messages_per_minute": 0,
  "triggers.join": null,
  "triggers.leave": null,
  "triggers.deliver": null,
  "message.active": true,
  "message.auth": false,
  "message.deliver_to": "channel",
  "message.input": [],
  "message.handler": null,
  "message.on_failure": "refuse",
};
/** Whether the server has another channel, which is open to every client. It is no setting. */
const OTHER_CHANNEL = "server.other_channel";
const NOTHING = { "server.enabled": true, [OTHER_CHANNEL]: true };

export const SETTINGS = Object.keys(EVERYTHING);

/** The tables by their headings: `{settings, cells}` for each row. And the names of errors, by their texts. */
export async function readDocument() {
  const text = await readFile(new URL("../../../docs/permissions-v2.md", import.meta.url), "utf8");
  const tables = Object.keys(WHO).map((heading) => [heading, rowsOf(text, heading)]);
  const errors = tableOf(text, "Errors").slice(1);
  return {
    tables: Object.fromEntries(tables),
    errors: new Map(errors.map(([name, words]) => [words, unquoted(name)])),
  };
}

function rowsOf(text, heading) {
  const [titles, ...rows] = tableOf(text, heading);
  if (String(titles.slice(1)) !== String(ACTS)) throw new Error(`${heading}: columns ${titles}`);
  return rows.map(([settings, ...cells]) => ({ settings, cells: cells.map(unquoted) }));
}

function tableOf(text, heading) {
  const section = text.split(`\n## ${heading}\n`)[1]?.split("\n## ")[0];
  if (!section) throw new Error(`docs/permissions-v2.md has no section ${heading}`);
  const lines = section.split("\n").filter((line) => line.startsWith("|"));
  const rows = lines.map((line) =>
    line
      .slice(1, -1)
      .split("|")
      .map((cell) => cell.trim()),
  );
  return rows.filter((_, number) => number !== 1);
}

function unquoted(cell) {
  return cell.replaceAll("`", "");
}

/** The paths that a row changes, with their values as the document has them. */
export function changesOf(settings) {
  const changes = [...settings.matchAll(/`([^:`]+): ([^`]+)`/g)];
  return Object.fromEntries(changes.map(([, path, value]) => [path, value]));
}

/** The Realtime server that a row describes. `urlOf(word)` is an endpoint that behaves as the word says. */
export function serverOf(settings, canonical, urlOf) {
  const [base] = settings.split(",");
  if (!["everything", "nothing"].includes(base))
    throw new Error(`a row starts from everything or nothing: ${settings}`);
  const values = { ...(base === "everything" ? { ...EVERYTHING, [OTHER_CHANNEL]: true } : NOTHING) };
  for (const [path, value] of Object.entries(changesOf(settings))) {
    if (path !== OTHER_CHANNEL && !(path in EVERYTHING)) throw new Error(`there is no setting ${path}`);
    values[path] = URLS.includes(path.split(".").at(-1)) ? urlOf(value) : parsed(value);
  }
  const { [OTHER_CHANNEL]: hasOther, ...rest } = values;
  const message = { name: "send" };
  const channel = { name: CHANNEL, messages: [message] };
  const other = { name: "other", anonymous_clients: true };
  const server = { name: canonical, canonical, channels: hasOther ? [channel, other] : [channel] };
  for (const [path, value] of Object.entries(rest)) {
    const [place, ...keys] = path.split(".");
    if (place === "server") put(server, keys, value);
    else if (place === "message") put(message, keys, value);
    else put(channel, [place, ...keys], value);
  }
  return server;
}

function put(object, [key, ...rest], value) {
  if (rest.length === 0) object[key] = value;
  else {
    object[key] ??= {};
    put(object[key], rest, value);
  }
}

/** A word is a string; everything else is JSON. */
function parsed(value) {
  return /^[a-z_]+$/.test(value) && !["true", "false", "null"].includes(value) ? value : JSON.parse(value);
}
