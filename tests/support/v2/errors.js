// The texts of errors that the service is known to send, and the frame that carries one.

export const ERRORS = {
  notReady: "Connection is not ready",
  unknownConnection: "Unknown connection hash",
  unknownType: (type) => `Unknown message type: ${type}`,
  directDisabled: "Direct messaging is disabled",
  internal: "Internal error",
  noSettings: "No settings for channel name",
};

/** guess: error-channel. `more` are further fields of the payload. */
export function errorFrame(message, channel, more) {
  return { action: "error", ...(channel !== undefined && { channel }), payload: { message, ...more } };
}
