// One stay in the room: what the channel says goes to the log, the people and the state; what the user writes goes to the
// channel. This is what both versions of Realtime have in common; room-v1.js and room-v2.js are the rest. Own messages are
// shown when the server sends them back, like everybody's.

const gapNote = "Messages may be missing here";

class Room {
  constructor(channel, name, people, elements) {
    this.channel = channel;
    this.name = name;
    this.people = people;
    this.elements = elements;
    this.peopleList = new PeopleList(elements, (whom) => this.recipient.choose(whom));
    this.recipient = new Recipient(elements.recipient, elements.text, channel.channel);
    this.log = new MessageLog(elements.log, elements.newest);
    this.waiting = new Waiting(elements.waiting, (text) => this.#takeBack(text));
    this.connection = new ConnectionState(elements.state);
    this.wasConnected = false;
    this.isMember = false;
    this.isCatchingUp = false;
    this.showPeople();
  }

  // Whether the text is on its way.
  say(text) {
    const payload = this.payloadOf(text);
    const { whom } = this.recipient;
    if (whom) return this.#whisper(whom, payload);
    this.waiting.add(payload, this.isConnected, this.channel.publish(payload));
    return true;
  }

  // The server sends private messages to their recipient alone: ours is shown when it is sent.
  #whisper({ id, name }, payload) {
    const member = this.people.member(id);
    if (!member) {
      const [why, wayOut] = this.isConnected
        ? [`${name} is not here any more`, "Choose somebody else, or write to everybody."]
        : ["There is no connection", "Wait for it, or write to everybody."];
      showProblem(`${why}, so nothing was sent. ${wayOut}`);
      return false;
    }
    const whisper = this.log.add({ ...readMessage(payload), privacy: `to ${name} alone`, isMine: true });
    member.publish(payload).then(
      ({ delivered, dropped }) => {
        if (dropped) this.log.whisperFailed(whisper, "dropped by the server");
        else if (delivered === 0) this.log.whisperFailed(whisper, "has left");
      },
      ({ code }) => this.log.whisperFailed(whisper, doubts[code] ?? "refused"),
    );
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
    if (action.action === "connection_status") {
      if (action.payload?.status === "connected") this.#connected();
      else this.#disconnected(action.payload);
      return;
    }
    this.isMember = true;
    if (this.connection.name === "refused") this.connection.show("connected");
    this.hear(action);
  }

  refused({ options, payload }) {
    if (payload?.code === "gap") return this.log.note(gapNote);
    // There the history comes again, and is compared with what is shown.
    if (payload?.code === "gap_possible") return;
    const words = typeof payload?.message === "string" ? payload.message : JSON.stringify(payload);
    const isAboutRoom = options?.channel === this.channel.channel;
    const wayOut = this.wayOut(payload?.code);
    if (payload?.code === "token_not_accepted") this.people.ownRow = null;
    const sentence = /[.!?]$/.test(words) ? words : `${words}.`;
    showProblem(
      [isAboutRoom ? `The server refused: ${sentence}` : sentence, wayOut].filter(Boolean).join(" "),
      payload?.code,
    );
    // With a key, it is about one message, whose promise is told.
    if (!isAboutRoom || options.key) return;
    if (!this.isMember) this.connection.show("refused");
    this.refusedInRoom();
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
    this.showPeople();
    this.waiting.disconnected();
    if (!status.attempt) showProblem("The server closed the connection. Leave, and submit again to come back.");
    else if (!this.wasConnected) showProblem(this.unreachable);
  }

  presenceChanged() {
    this.people.presence(this.channel.getPresence());
    this.showPeople();
  }

  cameOrWent(member, cameIn) {
    this.presenceChanged();
    this.log.note(`${this.people.nameOf(member)} ${cameIn ? "came in" : "left"}`);
  }

  noteMissed() {
    if (!this.isCatchingUp) this.log.note("While you were away");
    this.isCatchingUp = true;
  }

  showPeople() {
    this.peopleList.show(this.people.list(), this.people.hint(), this.isConnected);
  }

  #takeBack(text) {
    const { text: field } = this.elements;
    field.value = field.value ? `${field.value}\n${text}` : text;
    field.focus();
  }
}
