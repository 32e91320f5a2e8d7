/**
 * A token travels as a WebSocket subprotocol: the token of RFC 9110, section 5.6.2.
 * @param {unknown} token
 */
export function isLegalToken(token) {
  return typeof token === "string" && /^[\w!#$%&'*+.^`|~-]+$/.test(token);
}
