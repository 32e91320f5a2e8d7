// A stay in the room on Realtime V2. A message does not name its sender, so its payload does: `from` is the mark of a tab.
// The server's message handler, where there is one, vouches for the rest.

const waysOutV2 = {
  unauthorized: "Leave, and look at the form again. If you are logged in, log out and in again.",
  policy: "Leave, and submit again.",
};

class RoomV2 extends Room {
  unreachable = "The server could not be reached. Is the canonical right, and does the workspace have Realtime V2?";
  #cursor = null; // where this reader was before the connection; null: nowhere
  #transcript = null; // what has come of it, until it is complete

  constructor(client, { name, row, channel, mark }, elements) {
    const options = { messageType: "send", recover: true };
    super(client.channel(channel, options), name, new Members(name, row), elements);
    this.mark = mark;
    this.isGuest = row === null;
    const typing = client.channel(`${channel}/typing`, { messageType: "typing", queueOfflineActions: false });
    this.typing = new Typing(typing, { name, mark }, elements, () => this.recipient.whom === null);
  }

  leave() {
    super.leave();
    this.typing.close();
  }

  // The key tells this message from others with the same words.
  payloadOf(text) {
    this.typing.sent();
    return { name: this.name, text, from: this.mark, key: newId(), private: this.recipient.whom !== null };
  }

  wayOut(code) {
    if (!this.isMember && this.isGuest && !code) return "Leave, and log in first, or choose another room.";
    return waysOutV2[code];
  }

  // The promise of each message is told what became of it.
  refusedInRoom() {}

  hear(action) {
    switch (action.action) {
      case "join":
        this.#cursor = action.payload?.resumed ? action.payload.cursor : null;
        return;
      case "presence_full":
        return this.presenceChanged();
      case "presence_join":
      case "presence_leave":
        return this.cameOrWent(action.payload.member, action.action === "presence_join");
      case "conversation_start":
        this.#transcript = [];
        return;
      case "conversation_end":
        return this.#showTranscript();
      case "message":
        if (action.conversation && this.#transcript) this.#transcript.push(action);
        else this.#message(action);
    }
  }

  #message(action) {
    if (action.replayed && this.#wasMissed(action)) this.noteMissed();
    this.typing.stopped(action.payload?.from);
    this.log.add(this.#entry(action));
  }

  // The client leaves out what was shown before. What is behind the cursor is new to this reader.
  #showTranscript() {
    const actions = this.#transcript ?? [];
    this.#transcript = null;
    const firstMissed = actions.findIndex((action) => this.#wasMissed(action));
    const known = firstMissed < 0 ? actions : actions.slice(0, firstMissed);
    this.log.addHistory(
      [],
      known.map((action) => this.#entry(action)),
    );
    if (firstMissed < 0) return;
    this.noteMissed();
    this.log.addHistory(
      [],
      actions.slice(firstMissed).map((action) => this.#entry(action)),
    );
  }

  #wasMissed({ id }) {
    return this.#cursor !== null && isBehind(this.#cursor, id);
  }

  #entry({ id, payload }) {
    const isMine = payload?.from === this.mark;
    if (isMine) this.waiting.cameBack(payload);
    const { name, text, isData } = readMessage(payload);
    const entry = { text, isData, name: name ?? "Guest", sender: payload?.from, isMine };
    // Messages for everybody have an id.
    return payload?.private === true && id === undefined ? { ...entry, privacy: "to you alone" } : entry;
  }
}

// Whether the id of a message, "milliseconds-number", is behind a cursor.
function isBehind(cursor, id) {
  const [[ms, number], [cursorMs, cursorNumber]] = [id, cursor].map((text) => String(text).split("-").map(Number));
  return ms > cursorMs || (ms === cursorMs && number > cursorNumber);
}
