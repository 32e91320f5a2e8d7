// Lists of rows as they are edited, each beside the row in force. A row may have lists of rows below it.

let rowsMade = 0;

/** A list of rows of one kind: the folder `kinds` has them. */
export class Rows {
  constructor(kind, id, saved) {
    this.kind = kind;
    this.id = id;
    this.all = (saved ?? []).map((json) => new Row(kind, json, json));
  }

  /** Adds a new row, which is open. */
  add() {
    const row = new Row(this.kind, this.kind.fresh(), null);
    row.isOpen = true;
    this.all.push(row);
    return row;
  }

  remove(row) {
    this.all.splice(this.all.indexOf(row), 1);
  }

  /** Returns whether the row is in this list, or below a row of it. */
  contains(row) {
    return this.all.some((own) => own === row || Object.values(own.lists).some((below) => below.contains(row)));
  }

  toJson() {
    return this.all.map((row) => row.toJson());
  }

  /** Takes over other rows in force, and keeps the edits. */
  rebase(saved = []) {
    for (const row of this.all) row.rebase(saved.find((json) => json[this.kind.key] === row.saved?.[this.kind.key]));
  }

  /** Returns the rows of this moment, which a request to the server has in this order. */
  snapshot() {
    return this.all.map((row) => ({ row, lists: mapped(row.lists, (below) => below.snapshot()) }));
  }
}

class Row {
  isOpen = false;

  /** `saved` is the row in force that is edited, or null for a new one. */
  constructor(kind, json, saved) {
    this.kind = kind;
    this.id = `row-${rowsMade++}`;
    this.saved = saved;
    this.lists = mapped(kind.lists, (below, name) => new Rows(below, `${this.id}-${name}`, json[name]));
    this.values = structuredClone(json);
    for (const name of Object.keys(kind.lists)) delete this.values[name];
  }

  /** The state of the row and of what is below it: "new", "changed" or "saved". */
  get state() {
    if (!this.saved) return "new";
    return isSame(this.toJson(), this.saved) ? "saved" : "changed";
  }

  /** Returns the value of a field. A dot leads into a group: `publish.who`. */
  value(key) {
    return key.split(".").reduce((group, part) => group[part], this.values);
  }

  set(key, value) {
    const parts = key.split(".");
    const last = parts.pop();
    const group = parts.reduce((group, part) => group[part], this.values);
    group[last] = value;
  }

  toJson() {
    return { ...this.values, ...mapped(this.lists, (below) => below.toJson()) };
  }

  rebase(saved) {
    this.saved = saved ?? null;
    for (const [name, below] of Object.entries(this.lists)) below.rebase(saved?.[name]);
  }
}

/** Notes for the rows of a snapshot that they are in force. */
export function accept(snapshot, inForce = []) {
  for (const [i, { row, lists }] of snapshot.entries()) {
    row.saved = inForce[i];
    for (const [name, below] of Object.entries(lists)) accept(below, inForce[i][name]);
  }
}

/**
 * Follows a path such as `servers[0].channels[2].publish.who` into snapshots by the names of their lists. Returns the
 * rows on the way, outermost first, and the rest of the path, which is the key of a field.
 */
export function locate(path, snapshots) {
  const rows = [];
  for (;;) {
    const [step, name, index] = /^(\w+)\[(\d+)\](?:\.|$)/.exec(path) ?? [];
    const found = snapshots[name]?.[index];
    if (!found) return { rows, key: path };
    rows.push(found.row);
    [path, snapshots] = [path.slice(step.length), found.lists];
  }
}

/** Compares JSON values. The order of keys does not matter. */
export function isSame(one, other) {
  if (typeof one !== "object" || typeof other !== "object" || !one || !other) return one === other;
  const keys = Object.keys(one);
  if (Array.isArray(one) !== Array.isArray(other) || keys.length !== Object.keys(other).length) return false;
  return keys.every((key) => isSame(one[key], other[key]));
}

function mapped(object, map) {
  return Object.fromEntries(Object.entries(object).map(([key, value]) => [key, map(value, key)]));
}
