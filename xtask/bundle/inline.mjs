// Bytes as printable ASCII inside a script: it survives any charset. docs/decisions/003-inlining.md compares it with other
// encodings.
import { decode } from "./decode.js";

/**
 * The character of each byte from 0 on; `~` where the byte is `~` and two hexadecimal digits. A frequent byte has a character
 * that is frequent in the script, too: gzip has one table of codes for both. Found by search-alphabet.mjs.
 */
export const ALPHABET =
  "(t=sn};.:Ti,?o]lrB1h3!pyA4c[q5LSeu z6ZK-|I~RJ*~@~jVX~/&~#'P~_~~~{)2~F87gvfMQUG%mk~~~~~~~~~~~~~~~O~~~~~~~~~db>~xE~0D`$~~~~~~~~~+aC~~~~~~~~~~~~~~~~~~~~~~~~~~~<Y~~~~~~~~~H^~~~~~~~~~~~~~~~N~~~~~~~~~~~~~w~~~~~~~~~~~~W9";

/** The source of a module in this folder whose default export returns the bytes. */
export function inlined(bytes) {
  const text = encode(bytes);
  if (Buffer.compare(decode(ALPHABET, text), bytes) !== 0) throw new Error("decode() does not undo encode()");
  return `import { decode } from "./decode.js";
export default () => decode(${JSON.stringify(ALPHABET)}, ${JSON.stringify(text)});`;
}

/** The text of the bytes. */
export function encode(bytes, alphabet = ALPHABET) {
  const escaped = (byte) => `~${byte.toString(16).padStart(2, "0")}`;
  return Array.from(bytes, (byte) => (/[^~]/.test(alphabet[byte] ?? "~") ? alphabet[byte] : escaped(byte))).join("");
}
