// Contenders take turns, so that none of them always comes second.

/** Every order in which they can take turns. */
export const ORDERS = [
  ["original", "ours", "bare"],
  ["bare", "ours", "original"],
  ["ours", "bare", "original"],
  ["original", "bare", "ours"],
  ["bare", "original", "ours"],
  ["ours", "original", "bare"],
];
