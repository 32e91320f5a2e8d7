// Auth tokens as the server makes them, for a server whose key the test has chosen.

import { createHmac } from "node:crypto";

/** A JWT, signed with HS256. */
export function signToken(secret, claims) {
  const text = [{ alg: "HS256", typ: "JWT" }, claims].map(encoded).join(".");
  return `${text}.${createHmac("sha256", secret).update(text).digest("base64url")}`;
}

/** The claims of a token that `signToken` made with this secret; nothing for any other text. */
export function claimsOf(secret, token) {
  try {
    const claims = JSON.parse(Buffer.from(token.split(".")[1], "base64url").toString());
    return signToken(secret, claims) === token ? claims : undefined;
  } catch {
    return undefined;
  }
}

function encoded(value) {
  return Buffer.from(JSON.stringify(value)).toString("base64url");
}
