// What a payload says. This page sends { name, text }; other clients may send anything JSON can hold.

const longestShownText = 2000;
const longestDataLine = 80;

function readMessage(payload) {
  const isOurs = typeof payload === "object" && payload !== null && typeof payload.text === "string";
  if (!isOurs) return { name: null, ...readAnything(payload) };
  const name = typeof payload.name === "string" ? payload.name.trim() : "";
  return { name: name || null, text: shorten(payload.text), isData: false };
}

function readAnything(payload) {
  if (typeof payload === "string") return { text: shorten(payload), isData: false };
  const line = JSON.stringify(payload) ?? "(no payload)";
  const isShort = line.length <= longestDataLine;
  return { text: shorten(isShort ? line : JSON.stringify(payload, null, 2)), isData: true };
}

function shorten(text) {
  if (text.length <= longestShownText) return text;
  return `${text.slice(0, longestShownText)} … (${text.length.toLocaleString("en")} characters)`;
}
