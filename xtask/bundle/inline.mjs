// Bytes as text inside a script.

export function inlined(bytes) {
  return `const text = ${JSON.stringify(bytes.toString("hex"))};
export default () => Uint8Array.from(text.match(/../g), (pair) => parseInt(pair, 16));`;
}
