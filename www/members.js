// Who is here on Realtime V2. A user is one member, however many tabs; each guest is one more, and has neither a name nor
// an address. The service does not list this page: it is added in front.

class Members {
  #here = null; // the client's list; null: not known yet

  // `ownRow`: the row of the user who logged in; null for a guest.
  constructor(ownName, ownRow) {
    this.ownName = ownName;
    this.ownRow = ownRow;
  }

  disconnected() {
    this.#here = null;
  }

  // The list itself is the client's: it applies presence_full, presence_join and presence_leave before the handlers run.
  presence(members) {
    this.#here = members;
  }

  list() {
    if (this.#here === null) return [];
    const self = { id: null, name: this.ownName, isMe: true, isMember: this.ownRow !== null };
    const others = this.#here.map((member) => ({
      id: this.#addressOf(member),
      name: this.nameOf(member),
      isMe: false,
      isMember: member.authenticated,
    }));
    return [self, ...others];
  }

  hint() {
    if (this.list().some(({ id }) => id !== null)) return "Choose a member to write to them alone";
    if (this.ownRow === null && this.#here?.some(({ authenticated }) => authenticated)) {
      return "Log in to write to a member alone";
    }
    return "";
  }

  // Whom a private message is for; undefined when they have left.
  member(id) {
    return this.#here?.find((member) => this.#addressOf(member) === id);
  }

  nameOf(member) {
    return nameInExtras(member) ?? (member.authenticated ? `Member ${member.id}` : "Guest");
  }

  // Guests have no address, and may not write to one person.
  #addressOf({ authenticated, dbo_id, id }) {
    return authenticated && this.ownRow !== null ? `${dbo_id} ${id}` : null;
  }
}
