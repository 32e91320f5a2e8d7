// Auth tokens, in the form that the server signs at sign-up.
"use strict";

const { createHmac } = require("node:crypto");

const DAY_S = 24 * 60 * 60;

/**
 * Returns a JSON Web Token, signed with HS256.
 *
 * @param {string} secret
 * @param {import("../index.js").TokenUser} user
 */
function signToken(secret, { dbo_id, row_id, extras = {}, expiresIn = DAY_S }) {
  // Without this check the server would treat the client as anonymous, and the test would fail later and elsewhere.
  for (const [name, value] of Object.entries({ dbo_id, row_id })) {
    if (!Number.isSafeInteger(value) || value < 1)
      throw new TypeError(`${name} is ${value}: give a whole number above 0`);
  }
  const exp = Math.floor(Date.now() / 1000) + expiresIn;
  const text = [
    { alg: "HS256", typ: "JWT" },
    { dbo_id, id: row_id, extras, exp },
  ]
    .map(encoded)
    .join(".");
  return `${text}.${createHmac("sha256", secret).update(text).digest("base64url")}`;
}

/** @param {unknown} value */
function encoded(value) {
  return Buffer.from(JSON.stringify(value)).toString("base64url");
}

module.exports = { signToken };
