// The members that presence shows: one per user, however many sockets it has, and one per anonymous socket.

export class Roster {
  #entries = new Map();

  /** Returns the member, if no other socket of the same identity is here. */
  add(connection, joinedAt) {
    const key = identityOf(connection);
    const entry = this.#entries.get(key);
    if (entry) {
      entry.sockets.add(connection);
      return undefined;
    }
    const member = memberOf(connection, joinedAt);
    this.#entries.set(key, { member, sockets: new Set([connection]) });
    return member;
  }

  /** Returns the member, if this was the last socket of its identity. */
  remove(connection) {
    const key = identityOf(connection);
    const entry = this.#entries.get(key);
    if (!entry?.sockets.delete(connection) || entry.sockets.size > 0) return undefined;
    this.#entries.delete(key);
    return entry.member;
  }

  all() {
    return [...this.#entries.values()].map(({ member }) => member);
  }

  /** guess: presence-full-self. Every member but the identity of this socket. */
  othersOf(connection) {
    const own = identityOf(connection);
    return [...this.#entries].filter(([key]) => key !== own).map(([, { member }]) => member);
  }
}

/** A user, or a socket where there is none. */
export function identityOf(connection) {
  return connection.user?.key ?? connection;
}

/** guess: anonymous-id */
function memberOf({ user }, joined_at) {
  if (!user) return { id: "0", dbo_id: 0, authenticated: false, extras: [], joined_at };
  return { id: `${user.row_id}`, dbo_id: user.dbo_id, authenticated: true, extras: user.extras, joined_at };
}
