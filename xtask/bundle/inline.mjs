// Bytes as printable ASCII inside a script: it survives any charset, and compresses almost as well as the bytes do.
// docs/decisions/003-inlining.md compares it with other encodings.
//
// - The bytes of the letters a to v are those letters: names in the module look like names in the script.
// - The bytes 0 to 66 are the rest of the characters from # to |, in order, without the backslash.
// - Any other byte is `}` or `~` and one more character, a digit to the base 91.
import { decode } from "./decode.js";

const DIGITS = range("#", "~").filter((character) => character !== "\\");
const LETTERS = range("a", "v");
const OTHERS = DIGITS.filter((character) => !LETTERS.includes(character) && character < "}");

/** The source of a module in this folder whose default export returns the bytes. */
export function inlined(bytes) {
  const text = encode(bytes);
  if (Buffer.compare(decode(text), bytes) !== 0) throw new Error("decode() does not undo encode()");
  return `import { decode } from "./decode.js";
export default () => decode(${JSON.stringify(text)});`;
}

export function encode(bytes) {
  return Array.from(bytes, (byte) => CODES[byte]).join("");
}

const CODES = codes();

function codes() {
  const codes = [];
  for (const letter of LETTERS) codes[letter.charCodeAt()] = letter;
  OTHERS.forEach((character, byte) => {
    codes[byte] = character;
  });
  let escaped = 0;
  for (let byte = 0; byte < 256; byte++) {
    if (codes[byte]) continue;
    codes[byte] = (escaped < DIGITS.length ? "}" : "~") + DIGITS[escaped % DIGITS.length];
    escaped++;
  }
  return codes;
}

function range(first, last) {
  const characters = [];
  for (let code = first.charCodeAt(); code <= last.charCodeAt(); code++) characters.push(String.fromCharCode(code));
  return characters;
}
