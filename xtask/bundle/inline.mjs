// Bytes as printable ASCII inside a script: it survives any charset. docs/decisions/003-inlining.md compares it with other
// encodings.
import { decode } from "./decode.js";

/**
 * The character of each byte from 0 on; `~` where the byte is `~` and two hexadecimal digits. A frequent byte has a character
 * that is frequent in the script, too: gzip has one table of codes for both. Found by search-alphabet.mjs.
 */
export const ALPHABET =
  "(t=sn}i.:p{,ro]h?21+|QvyA4c;q5G$ea zCZ6-lD~^VP~@~9#X~~0_YjM~~~~~[)>~~3m!7f*gTB%8~~~~~~~~~~~~~~~~O~~~~~~~~~dbLFxE~&I`S~k~~~~~~~Uuw~~~~~~~~~~~~/~~~~~~~~~~~~~~<J~~~~~~~~~HR~~~~~~~~~~~~~~~N~~~~~~~~~~~~~'~~~~~~~~~~~~WK";

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
