// Realtime settings for the server under test, in the shape of its settings file.

/** The connection hash that the server's built-in settings have. */
export const HASH = "1lK90n16tnnylJpJ0Xa7Km6_KxA";

/** A settings file with the given channel rows. */
export function settings(...channels) {
  return { enabled: true, hash: HASH, channels };
}

/** A channel row that allows everybody everything, save for the given switches. */
export function room(pattern, switches = {}) {
  return {
    pattern,
    description: "",
    enabled: true,
    wildcard: false,
    anonymous_clients: true,
    presence: true,
    history: 100,
    client_public_messaging: true,
    client_public_messaging_authenticated_only: false,
    client_private_messaging: true,
    client_private_messaging_authenticated_only: false,
    client_authenticated_messaging: true,
    ...switches,
  };
}
