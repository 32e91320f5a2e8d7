// One stay in the room: what the channel says goes to the log, the people and the state; what the user writes
// goes to the channel. Own messages are shown when the server sends them back, like everybody's.

const gapNote = "Messages may be missing here";

// Beside what the server says: what to do.
const waysOut = {
  anonymous: "Leave, and log in first.",
  token_not_accepted: "You are here as a guest: leave, log out and log in again.",
  unauthorized: "Leave, log out and log in again.",
  policy: "Leave, and submit again.",
};

class Room {
  constructor(channel, { name, row }, elements) {
    this.channel = channel;
    this.name = name;
    this.elements = elements;
    this.people = new People(name, row);
    this.peopleList = new PeopleList(elements, (whom) => this.recipient.choose(whom));
    this.recipient = new Recipient(elements.recipient, elements.text, channel.channel);
    this.log = new MessageLog(elements.log, elements.newest);
    this.waiting = new Waiting(elements.waiting, (text) => this.#takeBack(text));
    this.connection = new ConnectionState(elements.state);
    this.wasConnected = false;
    this.isMember = false;
    this.isCatchingUp = false;
    this.#showPeople();
  }

  // Whether the text is on its way.
  say(text) {
    const payload = { name: this.name, text };
    const { whom } = this.recipient;
    if (whom) return this.#whisper(whom, payload);
    this.waiting.add(payload, this.isConnected, this.channel.publish(payload));
    return true;
  }

  // The server sends private messages to their recipient alone: ours is shown when it is sent.
  #whisper({ socketId, name }, payload) {
    const member = this.people.isHere(socketId) && this.channel.getPresence().find((one) => one.socketId === socketId);
    if (!member) {
      showProblem(`${name} is not here any more, so nothing was sent. Choose somebody else, or write to everybody.`);
      return false;
    }
    const whisper = this.log.add({ ...readMessage(payload), privacy: `to ${name} alone`, isMine: true });
    member.publish(payload).catch(({ code }) => this.log.whisperFailed(whisper, doubts[code] ?? "refused"));
    return true;
  }

  get isConnected() {
    return this.connection.name === "connected";
  }

  leave() {
    this.connection.close();
    this.log.close();
    this.waiting.close();
    this.recipient.close();
    this.channel.destroy();
  }

  receive(action) {
    if (action.action !== "connection_status") this.#isAdmitted();
    switch (action.action) {
      case "connection_status":
        return action.payload?.status === "connected" ? this.#connected() : this.#disconnected(action.payload);
      case "presence_full":
        return this.#presenceChanged();
      case "presence_update":
        return this.#somebodyCameOrWent(action.payload);
      case "history":
        return this.#history(action.payload?.history);
      case "message":
        return this.#message(action);
      case "event":
        return this.log.add(this.#entry(action));
    }
  }

  refused({ options, payload }) {
    if (payload?.code === "gap") return this.log.note(gapNote);
    // There the history comes again, and is compared with what is shown.
    if (payload?.code === "gap_possible") return;
    const words = typeof payload?.message === "string" ? payload.message : JSON.stringify(payload);
    const isAboutRoom = options?.channel === this.channel.channel;
    const wayOut = waysOut[payload?.code];
    showProblem(
      [isAboutRoom ? `The server refused: ${words}` : words, wayOut].filter(Boolean).join(" "),
      payload?.code,
    );
    if (payload?.code === "token_not_accepted") this.people.ownRow = null;
    // With a key, it is about one message, whose promise is told.
    if (!isAboutRoom || options.key) return;
    if (!this.isMember) this.connection.show("refused");
    else if (this.waiting.isEmpty) this.log.whisperRefused();
    this.waiting.refused();
  }

  #isAdmitted() {
    this.isMember = true;
    if (this.connection.name === "refused") this.connection.show("connected");
  }

  #connected() {
    this.wasConnected = true;
    this.connection.show("connected");
    clearProblem();
    this.waiting.connected();
  }

  #disconnected(status) {
    this.isMember = false;
    this.isCatchingUp = false;
    this.connection.disconnected(status);
    this.people.disconnected();
    this.#showPeople();
    this.waiting.disconnected();
    if (!status.attempt) showProblem("The server closed the connection. Leave, and submit again to come back.");
    else if (!this.wasConnected)
      showProblem("The server could not be reached. Is the Connection Hash right, and is Realtime switched on?");
  }

  #presenceChanged() {
    this.people.presence(this.channel.getPresence());
    this.#showPeople();
  }

  #somebodyCameOrWent({ action, presence }) {
    this.#presenceChanged();
    this.log.note(`${this.people.nameOf(presence)} ${action === "join" ? "came in" : "left"}`);
  }

  #message(action) {
    this.people.spoke(action.client, readMessage(action.payload).name);
    const addressee = action.options?.socketId;
    if (action.replayed) this.#missed(action);
    else if (addressee) this.people.thatWasMe({ socketId: addressee });
    else this.#learnWhoIsWho(action);
    this.log.add(addressee ? { ...this.#entry(action), key: undefined, privacy: "to you alone" } : this.#entry(action));
    this.#showPeople();
  }

  #learnWhoIsWho({ client, payload }) {
    if (this.people.canBeMe(client) && this.waiting.cameBack(payload)) return this.people.thatWasMe(client);
    if (this.people.isMe(client)) return this.waiting.cameBackRewritten();
    if (this.waiting.isEmpty) this.people.thatWasNotMe(client);
  }

  // Said before this connection was there, perhaps by this page, whose answer got lost with the one before.
  #missed({ client, payload }) {
    if (!this.isCatchingUp) this.log.note("While you were away");
    this.isCatchingUp = true;
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
    this.#showPeople();
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
      socketId: client?.socketId,
      isMine: this.people.isMe(client),
    };
  }

  #showPeople() {
    this.peopleList.show(this.people.list(), this.isConnected);
  }

  #takeBack(text) {
    const { text: field } = this.elements;
    field.value = field.value ? `${field.value}\n${text}` : text;
    field.focus();
  }
}
