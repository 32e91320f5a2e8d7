/** @typedef {{ data: string, id: string, type: string }} EventData */

/** One server-sent event. */
export class XanoEventStream {
  /** @param {EventData} event */
  constructor({ data, id, type }) {
    this.data = data;
    this.id = id;
    this.type = type;
  }

  /** `data` as the value it is in JSON; `null` where it is none. */
  dataAsJSON() {
    try {
      return JSON.parse(this.data);
    } catch {
      return null;
    }
  }
}

/**
 * Hands out the events of a body as they come; resolves at its end. An event that nothing ends is none.
 * @param {ReadableStream<any>} body
 * @param {(event: XanoEventStream) => void} onEvent
 */
export function readEvents(body, onEvent) {
  const take = lineTaker((event) => onEvent(new XanoEventStream(event)));
  let rest = "";
  const lines = new WritableStream({
    write(text) {
      // A carriage return at the end may be half a line's end.
      const complete = (rest + text).split(/\r\n|\n|\r(?!$)/);
      rest = /** @type {string} */ (complete.pop());
      complete.forEach(take);
    },
  });
  return body.pipeThrough(new TextDecoderStream()).pipeTo(lines);
}

/**
 * What takes the lines of a stream, one by one, as the HTML standard has them; an empty one ends an event.
 * @param {(event: EventData) => void} onEvent
 * @returns {(line: string) => void}
 */
function lineTaker(onEvent) {
  /** @type {string | undefined} */
  let data;
  /** @type {string | undefined} */
  let type;
  let id = "";
  return (line) => {
    if (line === "") {
      if (data !== undefined) onEvent({ data, id, type: type || "message" });
      data = type = undefined;
      return;
    }
    const [, field, value] = /** @type {any} */ (/^([^:]*):? ?(.*)/s.exec(line));
    if (field === "data") data = data === undefined ? value : `${data}\n${value}`;
    if (field === "event") type = value;
    if (field === "id" && !value.includes("\0")) id = value;
  };
}
