/** Random numbers that are the same ones at every run: mulberry32. */
export class Dice {
  constructor(seed) {
    this.state = seed;
  }

  /** From 0 to 1, without 1. */
  roll() {
    this.state = (this.state + 0x6d2b79f5) | 0;
    let t = Math.imul(this.state ^ (this.state >>> 15), 1 | this.state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  }

  /** A whole number from 0 to below the limit. */
  below(limit) {
    return Math.floor(this.roll() * limit);
  }

  chance(probability) {
    return this.roll() < probability;
  }

  pick(list) {
    return list[this.below(list.length)];
  }

  /** A key of the table, as often as its weight says. */
  weighted(table) {
    const entries = Object.entries(table);
    let left = this.roll() * entries.reduce((sum, [, weight]) => sum + weight, 0);
    for (const [key, weight] of entries) {
      left -= weight;
      if (left < 0) return key;
    }
    return entries.at(-1)[0];
  }

  times(count, make) {
    return Array.from({ length: count }, (_, index) => make(index));
  }
}
