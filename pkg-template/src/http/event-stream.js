import { createParser } from "eventsource-parser";

/** One server-sent event. */
export class XanoEventStream {
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

/** Hands out the events of a body as they come; resolves at its end. */
export function readEvents(body, onEvent) {
  let lastId = "";
  const parser = createParser({
    onEvent({ data, event = "message", id }) {
      lastId = id ?? lastId;
      onEvent(new XanoEventStream({ data, id: lastId, type: event }));
    },
  });
  const events = new WritableStream({ write: (text) => parser.feed(text) });
  return body.pipeThrough(new TextDecoderStream()).pipeTo(events);
}
