// The settings as they are edited, beside those in force. What the server refuses stays with the channel it is about,
// wherever that channel moves to.

import { consequences } from "./consequences.js";
import { newChannel } from "./switches.js";

/** Where a refusal of the server starts with the place of the fault: `channels[3].history: …`. */
const IN_A_CHANNEL = /^channels\[(\d+)\]\.(\w+): (.*)$/s;
/** Nobody who fills in a form has seen the JSON. */
const PLACE_IN_JSON = / at line \d+ column \d+$/;

export class Draft {
  #inForce;
  enabled;
  /** Each `{ values, saved, isOpen }`; `saved` is the channel in force that it was, null for a new one. */
  channels;
  /** `{ channel, key, message }`, or without channel and key when it is about no field of the form. */
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

  /** What saving removes, in sentences. */
  get consequences() {
    const rows = this.channels.map(({ values }) => values);
    return consequences(this.#inForce.channels, rows);
  }

  /** What is sent: without a hash the one in force stays. */
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

  /** The server took `sent`, a list of channels; what was edited since then stays edited. */
  accepted(settings, sent) {
    this.#inForce = settings;
    for (const [i, channel] of sent.entries()) channel.saved = settings.channels[i];
    this.problem = null;
  }

  /** `sent` as above: the server counts channels as they were then. */
  refused(message, sent) {
    const [, index, key, words] = IN_A_CHANNEL.exec(message) ?? [];
    const channel = sent[index];
    const isOnTheForm = channel && this.channels.includes(channel) && Object.hasOwn(newChannel(), key);
    const said = (text) => text.replace(PLACE_IN_JSON, "");
    this.problem = isOnTheForm ? { channel, key, message: said(words) } : { message: said(message) };
    if (isOnTheForm) channel.isOpen = true;
  }

  /** Other settings came into force, as far as this page knows: what was edited stays edited. */
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

/** "new", "changed" or "saved". */
export function stateOf({ values, saved }) {
  if (!saved) return "new";
  const keys = new Set([...Object.keys(values), ...Object.keys(saved)]);
  return [...keys].some((key) => JSON.stringify(values[key]) !== JSON.stringify(saved[key])) ? "changed" : "saved";
}
