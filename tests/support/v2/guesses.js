// The answers of the model where no source says what Xano's service answers. Each comment is the name of a guess in
// docs/protocol-v2.md. A guess that is a rule, not a value, is marked where the model follows it.

/** guess: idle-close-code */
export const IDLE_CLOSE_CODE = 1006;

/** guess: refusal-reasons */
export const REASONS = {
  disabled: "Realtime server is disabled",
  noChannel: "Realtime server has no active channel",
  anonymous: "Authentication is required",
  denied: "Connection denied",
  /** guess: bad-token */
  token: "Invalid token",
};

export const TEXTS = {
  /** guess: anonymous-join */
  anonymousJoin: "Anonymous clients cannot join this channel.",
  /** guess: refusal-reasons */
  joinDenied: "Join denied",
  /** guess: not-joined */
  notJoined: "Client is not connected to this channel",
  /** guess: publish-refused */
  publishRefused: "Publishing is not allowed on this channel",
  /** guess: rate-limit */
  rateLimited: "Rate limit exceeded",
};
