// Realtime servers (V2) for settings, with every key, in the shape in which the server writes them.

/** A Realtime server as the server writes it. */
export function server(name, ...channels) {
  const triggers = { connect: null, disconnect: null };
  return { canonical: name, channels, description: "", enabled: true, handshake_delay_ms: 0, name, triggers };
}

export function channel(name, changes) {
  return {
    name,
    description: "",
    active: true,
    input: name.includes("{id}") ? [{ name: "id", type: "int", description: "" }] : [],
    anonymous_clients: true,
    presence: false,
    publish: { who: "nobody", direct: false },
    conversation: { enabled: false, limit: 0, ttl: 0 },
    delivery: { guarantee: "at_most_once", per_recipient: false },
    rate_limit: { messages_per_minute: 0 },
    triggers: { join: null, leave: null, deliver: null },
    messages: [],
    ...changes,
  };
}

export function message(name) {
  const input = [{ name: "body", type: "text", required: true, description: "" }];
  const handling = { auth: false, deliver_to: "channel", input, handler: null, on_failure: "refuse" };
  return { name, description: "", active: true, ...handling };
}
