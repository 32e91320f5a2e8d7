// Generated frames of Realtime V2, valid and not. The same seed gives the same frames.

import { Dice } from "../support/random.js";

const ACTIONS = ["join", "leave", "broadcast", "broadcast", "broadcast", "ack", "presence", "ping"];
const OTHER_ACTIONS = ["message", "history", "replay", "error", "presence_full", "pong", "", "__proto__"];
const TYPES = ["send", "shout", "", "__proto__", "x".repeat(300)];
const IDS = ["1-0", "0", "0-0", "18446744073709551615-18446744073709551615", "-1-2", "99999999999999999999-0", "1-0-0"];
const TEXTS = ["", "/", "__proto__", "\u0000", "é😀", "\u202e", "a\nb", "{id}", "x".repeat(300)];
/** Texts with a meaning in JSON. */
const TOKENS = ["{", "}", "[", "]", ":", ",", '"', "\\", "\\u0000", "\\ud800", "null", "-0", "1e999", "\u0000"];

export class Generator {
  #dice;
  #channels;

  /** @param {number} seed @param {string[]} channels names that frames are for */
  constructor(seed, channels) {
    this.#dice = new Dice(seed);
    this.#channels = channels;
  }

  /** A frame, with the action that it was made from: what is broken may still be what it was. */
  frame() {
    const dice = this.#dice;
    const action = dice.chance(0.9) ? dice.pick(ACTIONS) : dice.pick(OTHER_ACTIONS);
    const text = JSON.stringify(this.#fields(action));
    const kinds = { whole: 10, broken: 6, deep: 1, value: 1, binary: 1 };
    switch (dice.weighted(kinds)) {
      case "whole":
        return { action, data: text };
      case "broken":
        return { action, data: this.#broken(text) };
      case "deep":
        return { action, data: dice.pick(["[", '{"payload":', '{"action":']).repeat(dice.below(2_000)) };
      case "value":
        return { data: JSON.stringify(this.value(3)) };
      default:
        return { data: Buffer.from(dice.times(dice.below(50), () => dice.below(256))) };
    }
  }

  #fields(action) {
    const dice = this.#dice;
    const channel = dice.pick(this.#channels);
    const id = this.#mostly(dice.pick(IDS));
    const options = { channel: this.#mostly(channel) };
    if (dice.chance(0.3)) options.client_id = this.#mostly(dice.pick(TEXTS));
    if (dice.chance(0.2)) options.to = this.#mostly({ dbo_id: 5, row_id: dice.pick([7, "7", -1, 1e300, "07"]) });
    if (dice.chance(0.3)) options.id = id;
    const frame = {
      action: this.#mostly(action),
      type: this.#mostly(dice.pick(TYPES)),
      options: this.#mostly(options),
    };
    if (dice.chance(0.2)) frame.channel = this.#mostly(channel);
    if (dice.chance(0.3)) frame.id = id;
    frame.payload = this.value(3);
    return frame;
  }

  /** What is expected, most of the time. */
  #mostly(expected) {
    return this.#dice.chance(0.04) ? this.value(2) : expected;
  }

  /** Any JSON. */
  value(depth) {
    const dice = this.#dice;
    const kind = dice.below(depth === 0 ? 4 : 6);
    if (kind === 0) return dice.pick([null, true, false]);
    if (kind === 1) return dice.pick([0, -1, 0.5, 2 ** 53, -1e300, dice.below(1_000)]);
    if (kind < 4) return dice.pick(TEXTS);
    const values = dice.times(dice.below(4), () => this.value(depth - 1));
    return kind === 4 ? values : Object.fromEntries(values.map((value) => [dice.pick(TEXTS), value]));
  }

  #broken(text) {
    const dice = this.#dice;
    let broken = text;
    for (let faults = dice.below(4) + 1; faults > 0; faults -= 1) {
      const at = dice.below(broken.length + 1);
      const [before, after] = [broken.slice(0, at), broken.slice(at)];
      broken = dice.pick([
        before,
        before + after.slice(1),
        before + dice.pick(TOKENS) + after,
        before + text.slice(at),
      ]);
    }
    return broken;
  }
}
