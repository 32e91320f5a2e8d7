// What a server sends.

/** As many as make a difference to a cache of texts. */
const DIFFERENT_FRAMES = 256;

export function namesOf(count) {
  return Array.from({ length: count }, (_, index) => `room${index}`);
}

/** Message frames of that many bytes, for each channel in turn. */
export function framesFor(names, bytes) {
  const count = Math.max(names.length, DIFFERENT_FRAMES);
  return Array.from({ length: count }, (_, index) => frame(names[index % names.length], bytes, index));
}

function frame(channel, bytes, index) {
  const text = (payload) => JSON.stringify({ action: "message", options: { channel }, payload });
  return text(String(index).padEnd(Math.max(0, bytes - text("").length), "Hello to all. "));
}

/** The same as events. Making them is the browser's work, so it is done before anything is measured. */
export function eventsFor(names, bytes) {
  return framesFor(names, bytes).map((data) => new MessageEvent("message", { data }));
}
