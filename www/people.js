// Who is here on Realtime V1, by what name, and which of them is this page.
// Presence has the names of those who logged in, in their `extras`. Of guests it knows sockets: a name is learned when
// its socket speaks. Nothing on the wire says which socket is our own, so it is found by the user's row, by elimination,
// by the first of our messages that comes back, and by the first private message: those come to their recipient alone.

class People {
  #here = new Map(); // socketId -> client, in order of arrival
  #names = new Map(); // socketId -> the name it last spoke under
  #seen = new Set(); // every socket ever met: a new connection of ours is none of them
  #own = new Set(); // our sockets, of earlier connections too
  #candidates = null; // sockets of the current connection's list that can be us; null: no list yet
  #me = null;

  // `ownRow`: the row of whoever logged in, which their sockets carry; null for a guest, or when nobody told.
  constructor(ownName, ownRow) {
    this.ownName = ownName;
    this.ownRow = ownRow;
  }

  isMe(client) {
    return this.#own.has(client?.socketId);
  }

  // Whom a private message is for; undefined when they have left.
  member(socketId) {
    return this.#here.get(socketId);
  }

  // What the server vouches for comes before what somebody says, and `said` before what they said earlier.
  nameOf(client, said = null) {
    if (!client) return said ?? "Server";
    const known = nameInExtras(client) ?? said ?? this.#names.get(client.socketId);
    if (known) return known;
    return `Guest ${String(client.socketId)
      .replace(/[^a-z0-9]/gi, "")
      .slice(0, 4)}`;
  }

  list() {
    return [...this.#here.values()].map((client) => {
      const { socketId, permissions } = client;
      const isMe = socketId === this.#me;
      const name = this.nameOf(client, isMe ? this.ownName : null);
      return { id: socketId, name, isMe, isMember: permissions?.row_id > 0 };
    });
  }

  hint() {
    return this.#here.size > 1 ? "Choose somebody to write to them alone" : "";
  }

  disconnected() {
    this.#here.clear();
    this.#candidates = null;
    this.#me = null;
  }

  // The list itself is the SDK's: it applies presence_full and presence_update before the handlers are called.
  presence(members) {
    this.#here = new Map(members.map((member) => [member.socketId, member]));
    const ids = [...this.#here.keys()];
    this.#candidates ??= this.#strangers(ids);
    for (const id of ids) this.#seen.add(id);
    this.#keepCandidates((id) => this.#here.has(id));
  }

  spoke(client, name) {
    if (!client) return;
    this.#seen.add(client.socketId);
    if (name) this.#names.set(client.socketId, name);
  }

  thatWasMe(client) {
    this.#me = client.socketId;
    this.#own.add(client.socketId);
  }

  // On an earlier connection.
  thatWasMeBefore(client) {
    this.#own.add(client.socketId);
  }

  thatWasNotMe(client) {
    this.#keepCandidates((id) => id !== client?.socketId);
  }

  // False only when the sender is known to be somebody else.
  canBeMe(client) {
    if (!client) return false;
    if (this.#me !== null) return client.socketId === this.#me;
    return this.#candidates === null || this.#candidates.has(client.socketId);
  }

  #strangers(ids) {
    const strangers = ids.filter((id) => !this.#seen.has(id));
    const ofOwnRow = strangers.filter((id) => this.#here.get(id).permissions?.row_id === this.ownRow);
    return new Set(ofOwnRow.length > 0 ? ofOwnRow : strangers);
  }

  #keepCandidates(keep) {
    if (this.#candidates === null || this.#me !== null) return;
    this.#candidates = new Set([...this.#candidates].filter(keep));
    const [only, ...others] = this.#candidates;
    if (only !== undefined && others.length === 0) this.thatWasMe({ socketId: only });
  }
}

function nameInExtras({ extras }) {
  return (typeof extras?.name === "string" && extras.name.trim()) || null;
}
