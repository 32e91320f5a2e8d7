// The frames that a client sends, as the service reads them.

const ACTIONS = ["join", "leave", "broadcast", "ack", "ping", "presence"];

/**
 * Returns what the service reads of a text, or nothing for a text that is no frame (guess: bad-frame). The channel and
 * the id stand at top level or in `options`; the payload of an acknowledgement is never read.
 */
export function parse(text) {
  const frame = parsed(text);
  if (!isObject(frame) || typeof frame.action !== "string") return undefined;
  const options = isObject(frame.options) ? frame.options : {};
  return {
    action: ACTIONS.includes(frame.action) ? frame.action : undefined,
    channel: [options.channel, frame.channel].find((channel) => typeof channel === "string"),
    clientId: typeof options.client_id === "string" ? options.client_id : "",
    type: typeof frame.type === "string" ? frame.type : "",
    id: frame.id ?? options.id,
    to: userIn(options.to),
    payload: frame.payload ?? null,
  };
}

/** guess: direct-address. The user that a direct message is for; nothing for a value without a usable identity. */
function userIn(to) {
  if (!isObject(to)) return undefined;
  const { dbo_id, row_id } = to;
  const isUsable = Number.isInteger(dbo_id) && dbo_id > 0 && /^[1-9]\d*$/.test(`${row_id}`);
  return isUsable ? userKey({ dbo_id, row_id }) : undefined;
}

/** One string per user. */
export function userKey({ dbo_id, row_id }) {
  return `${dbo_id}:${row_id}`;
}

function isObject(value) {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
