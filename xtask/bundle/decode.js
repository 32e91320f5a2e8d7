// The other half of inline.mjs, shipped in every bundle with inlined wasm: so short.

/** The bytes that `encode` of inline.mjs wrote as text. */
export function decode(alphabet, text) {
  // `Uint8Array.from` takes twice as long.
  return new Uint8Array(text.match(/~..|./g).map((code) => (code[1] ? +`0x${code.slice(1)}` : alphabet.indexOf(code))));
}
