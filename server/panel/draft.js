// The edited settings, beside the settings in force. A refusal of the server stays with its row, even if that row moves
// in its list.

import { consequences } from "./consequences.js";
import { CHANNEL } from "./kinds/channel.js";
import { hasField } from "./kinds/kind.js";
import { REALTIME_SERVER } from "./kinds/realtime-server.js";
import { Rows, accept, isSame, locate } from "./rows.js";
import { serverConsequences } from "./server-consequences.js";

/** Matches a refusal that starts with the path of a field: `channels[3].history: …`. */
const WITH_PATH = /^([\w.[\]]+): (.*)$/s;
/** Matches the position in the JSON text, which is useless to the user of a form. */
const PLACE_IN_JSON = / at line \d+ column \d+$/;

export class Draft {
  #inForce;
  enabled;
  /** The rows of V1. */
  channels;
  /** The Realtime servers of V2. */
  servers;
  /** The refusal `{ row, key, message }`. Without row and key, it concerns no field of the form. */
  problem = null;

  constructor(settings) {
    this.#inForce = settings;
    this.discard();
  }

  get hash() {
    return this.#inForce.hash;
  }

  get isChanged() {
    const { enabled, channels, servers = [] } = this.#inForce;
    return !isSame(this.toSettings(), { enabled, channels, servers });
  }

  /** Returns sentences about what saving would remove. */
  get consequences() {
    const { channels, servers = [] } = this.#inForce;
    const after = this.toSettings();
    return [...consequences(channels, after.channels), ...serverConsequences(servers, after.servers)];
  }

  /** Returns the settings to send. They have no hash, so the server keeps the one in force. */
  toSettings() {
    return { enabled: this.enabled, channels: this.channels.toJson(), servers: this.servers.toJson() };
  }

  /** Returns the rows that the settings of this moment have. */
  snapshot() {
    return { channels: this.channels.snapshot(), servers: this.servers.snapshot() };
  }

  remove(rows, row) {
    rows.remove(row);
    if (this.problem?.row && !this.#contains(this.problem.row)) this.problem = null;
  }

  set(row, key, value) {
    row.set(key, value);
    if (this.problem?.row === row && this.problem.key === key) this.problem = null;
  }

  discard() {
    const { enabled, channels, servers } = this.#inForce;
    this.enabled = enabled;
    this.channels = new Rows(CHANNEL, "channels", channels);
    this.servers = new Rows(REALTIME_SERVER, "servers", servers);
    this.problem = null;
  }

  /** Takes over the settings in force after a save. `sent` is the snapshot that was sent; later edits are kept. */
  accepted(settings, sent) {
    this.#inForce = settings;
    accept(sent.channels, settings.channels);
    accept(sent.servers, settings.servers);
    this.problem = null;
  }

  /** Assigns a refusal to its row. The server's indexes refer to `sent`, the snapshot that was sent. */
  refused(message, sent) {
    const [, path = "", words] = WITH_PATH.exec(message) ?? [];
    const { rows, key } = locate(path, sent);
    const row = rows.at(-1);
    const isOnTheForm = row && this.#contains(row) && hasField(row.kind, key);
    const said = (text) => text.replace(PLACE_IN_JSON, "");
    this.problem = isOnTheForm ? { row, key, message: said(words) } : { message: said(message) };
    if (isOnTheForm) for (const opened of rows) opened.isOpen = true;
  }

  /** Takes over new settings in force and keeps the edits. */
  rebase(settings) {
    if (!this.isChanged) return new Draft(settings);
    this.#inForce = settings;
    this.channels.rebase(settings.channels);
    this.servers.rebase(settings.servers);
    return this;
  }

  #contains(row) {
    return this.channels.contains(row) || this.servers.contains(row);
  }
}
