// The other half of inline.mjs, shipped in every bundle with inlined wasm: so short, and with its numbers worked out.

/** The bytes that `encode` of inline.mjs wrote as text. */
export function decode(text) {
  const bytes = new Uint8Array(text.length);
  let length = 0;
  // What an escape adds to the character behind it.
  let page = 0;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    const digit = code - (code > 92 ? 36 : 35);
    if (page) {
      const byte = digit + page;
      bytes[length++] = byte < 97 ? byte : byte + 22;
      page = 0;
    } else if (code > 124) page = (code - 125) * 91 + 67;
    else bytes[length++] = code < 97 ? digit : code < 119 ? code : code - 58;
  }
  return bytes.subarray(0, length);
}
