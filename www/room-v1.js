// A stay in the room on Realtime V1: senders are sockets, the history comes whole after every join, and pages find out which
// socket is their own.

// Beside what the server says: what to do.
const waysOutV1 = {
  anonymous: "Leave, and log in first.",
  token_not_accepted: "You are here as a guest: leave, log out and log in again.",
  unauthorized: "Leave, log out and log in again.",
  policy: "Leave, and submit again.",
};

class RoomV1 extends Room {
  unreachable = "The server could not be reached. Is the Connection Hash right, and is Realtime switched on?";

  constructor(client, { name, row, channel }, elements) {
    const options = { history: true, presence: true, recover: true };
    super(client.channel(channel, options), name, new People(name, row), elements);
  }

  payloadOf(text) {
    return { name: this.name, text };
  }

  wayOut(code) {
    return waysOutV1[code];
  }

  refusedInRoom() {
    if (this.isMember && this.waiting.isEmpty) this.log.whisperRefused();
    this.waiting.refused();
  }

  hear(action) {
    switch (action.action) {
      case "presence_full":
        return this.presenceChanged();
      case "presence_update":
        return this.cameOrWent(action.payload.presence, action.payload.action === "join");
      case "history":
        return this.#history(action.payload?.history);
      case "message":
        return this.#message(action);
      case "event":
        return this.log.add(this.#entry(action));
    }
  }

  #message(action) {
    this.people.spoke(action.client, readMessage(action.payload).name);
    const addressee = action.options?.socketId;
    if (action.replayed) this.#missed(action);
    else if (addressee) this.people.thatWasMe({ socketId: addressee });
    else this.#learnWhoIsWho(action);
    this.log.add(addressee ? { ...this.#entry(action), key: undefined, privacy: "to you alone" } : this.#entry(action));
    this.showPeople();
  }

  #learnWhoIsWho({ client, payload }) {
    if (this.people.canBeMe(client) && this.waiting.cameBack(payload)) return this.people.thatWasMe(client);
    if (this.people.isMe(client)) return this.waiting.cameBackRewritten();
    if (this.waiting.isEmpty) this.people.thatWasNotMe(client);
  }

  // Said before this connection was there, perhaps by this page, whose answer got lost with the one before.
  #missed({ client, payload }) {
    this.noteMissed();
    if (this.waiting.cameBack(payload)) this.people.thatWasMeBefore(client);
    else if (!this.people.isMe(client)) this.people.thatWasNotMe(client);
  }

  // Whoever speaks in the history that a join brings spoke before this connection was there.
  #history(actions) {
    if (!Array.isArray(actions)) return;
    for (const { client, payload } of actions) {
      this.people.spoke(client, readMessage(payload).name);
      if (this.people.isMe(client)) this.waiting.cameBack(payload);
      else this.people.thatWasNotMe(client);
    }
    const entries = actions.map((action) => this.#entry(action));
    const entryOf = new Map(entries.map((entry) => [entry.key, entry]));
    const { before, after, mayHaveGap } = missingAround(
      this.log.keys(),
      entries.map((entry) => entry.key),
    );
    if (mayHaveGap) this.log.note(gapNote);
    this.log.addHistory(
      before.map((key) => entryOf.get(key)),
      after.map((key) => entryOf.get(key)),
    );
    this.showPeople();
  }

  #entry({ action, client, payload }) {
    const key = JSON.stringify([action, client?.socketId, payload]);
    if (action === "event") return { key, isEvent: true, ...readAnything(payload?.data ?? payload) };
    const { name, text, isData } = readMessage(payload);
    return {
      key,
      text,
      isData,
      name: this.people.nameOf(client, name),
      sender: client?.socketId,
      isMine: this.people.isMe(client),
    };
  }
}
