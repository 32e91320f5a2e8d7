// Who is here, by what name, and which of them is this page.
// Presence knows sockets, not names: a name is learned when its socket speaks. Nothing on the wire says which
// socket is our own, so it is found by elimination, and by the first of our messages that comes back.

class People {
  #here = new Map(); // socketId -> client, in order of arrival
  #names = new Map(); // socketId -> the name it last spoke under
  #seen = new Set(); // every socket ever met: a new connection of ours is none of them
  #own = new Set(); // our sockets, of earlier connections too
  #candidates = null; // sockets of the current connection's list that can be us; null: no list yet
  #me = null;

  constructor(ownName) {
    this.ownName = ownName;
  }

  isMe(client) {
    return this.#own.has(client?.socketId);
  }

  nameOf(client) {
    if (!client) return "Server";
    const spoken = this.#names.get(client.socketId);
    if (spoken) return spoken;
    if (typeof client.extras?.name === "string") return client.extras.name;
    return `Guest ${String(client.socketId)
      .replace(/[^a-z0-9]/gi, "")
      .slice(0, 4)}`;
  }

  list() {
    return [...this.#here.values()].map((client) => {
      const isMe = client.socketId === this.#me;
      return { name: isMe ? this.ownName : this.nameOf(client), isMe };
    });
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
    this.#candidates ??= new Set(ids.filter((id) => !this.#seen.has(id)));
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

  thatWasNotMe(client) {
    this.#keepCandidates((id) => id !== client?.socketId);
  }

  // False only when the sender is known to be somebody else.
  canBeMe(client) {
    if (!client) return false;
    if (this.#me !== null) return client.socketId === this.#me;
    return this.#candidates === null || this.#candidates.has(client.socketId);
  }

  #keepCandidates(keep) {
    if (this.#candidates === null || this.#me !== null) return;
    this.#candidates = new Set([...this.#candidates].filter(keep));
    const [only, ...others] = this.#candidates;
    if (only !== undefined && others.length === 0) this.thatWasMe({ socketId: only });
  }
}
