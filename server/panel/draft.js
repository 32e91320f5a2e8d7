// The edited settings, beside the settings in force. A refusal of the server stays with its channel, even if that
// channel moves in the list.

import { consequences } from "./consequences.js";
import { newChannel } from "./switches.js";

/** Matches a refusal that starts with the path of a channel's field: `channels[3].history: …`. */
const IN_A_CHANNEL = /^channels\[(\d+)\]\.(\w+): (.*)$/s;
/** Matches the position in the JSON text, which is useless to the user of a form. */
const PLACE_IN_JSON = / at line \d+ column \d+$/;

export class Draft {
  #inForce;
  enabled;
  /**
   * A list of `{ values, saved, isOpen }`. `saved` is the channel in force that is being edited, or null for a new
   * channel.
   */
  channels;
  /** The refusal `{ channel, key, message }`. Without channel and key, it concerns no field of the form. */
  problem = null;

  constructor(settings) {
    this.#inForce = settings;
    this.discard();
  }

  get hash() {
    return this.#inForce.hash;
  }

  get isChanged() {
    const { enabled, channels } = this.#inForce;
    if (this.enabled !== enabled || this.channels.length !== channels.length) return true;
    return this.channels.some((channel, i) => channel.saved !== channels[i] || stateOf(channel) !== "saved");
  }

  /** Returns sentences about what saving would remove. */
  get consequences() {
    const rows = this.channels.map(({ values }) => values);
    return consequences(this.#inForce.channels, rows);
  }

  /** Returns the settings to send. They have no hash, so the server keeps the one in force. */
  toSettings() {
    return { enabled: this.enabled, channels: this.channels.map(({ values }) => values) };
  }

  add() {
    const channel = { values: newChannel(), saved: null, isOpen: true };
    this.channels.push(channel);
    return channel;
  }

  remove(channel) {
    this.channels.splice(this.channels.indexOf(channel), 1);
    if (this.problem?.channel === channel) this.problem = null;
  }

  set(channel, key, value) {
    channel.values[key] = value;
    if (this.problem?.channel === channel && this.problem.key === key) this.problem = null;
  }

  discard() {
    this.enabled = this.#inForce.enabled;
    this.channels = this.#inForce.channels.map((saved) => ({ values: { ...saved }, saved, isOpen: false }));
    this.problem = null;
  }

  /**
   * Takes over the settings in force after a save. `sent` is the list of channels that was sent; later edits are kept.
   */
  accepted(settings, sent) {
    this.#inForce = settings;
    for (const [i, channel] of sent.entries()) channel.saved = settings.channels[i];
    this.problem = null;
  }

  /** Assigns a refusal to its channel. The server's index refers to `sent`, the list of channels that was sent. */
  refused(message, sent) {
    const [, index, key, words] = IN_A_CHANNEL.exec(message) ?? [];
    const channel = sent[index];
    const isOnTheForm = channel && this.channels.includes(channel) && Object.hasOwn(newChannel(), key);
    const said = (text) => text.replace(PLACE_IN_JSON, "");
    this.problem = isOnTheForm ? { channel, key, message: said(words) } : { message: said(message) };
    if (isOnTheForm) channel.isOpen = true;
  }

  /** Takes over new settings in force and keeps the edits. */
  rebase(settings) {
    if (!this.isChanged) return new Draft(settings);
    this.#inForce = settings;
    for (const channel of this.channels) {
      const same = settings.channels.find(({ pattern }) => pattern === channel.saved?.pattern);
      channel.saved = same ?? null;
    }
    return this;
  }
}

/** Returns the state of a channel: "new", "changed" or "saved". */
export function stateOf({ values, saved }) {
  if (!saved) return "new";
  const keys = new Set([...Object.keys(values), ...Object.keys(saved)]);
  return [...keys].some((key) => JSON.stringify(values[key]) !== JSON.stringify(saved[key])) ? "changed" : "saved";
}
