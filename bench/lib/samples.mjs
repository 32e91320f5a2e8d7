// What is said of several measurements of the same thing.

export function median(samples) {
  const sorted = [...samples].sort((one, other) => one - other);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** Of two that took turns: the median of the ratios turn by turn, so that what slows both down does not count. */
export function ratio(samples, others) {
  return median(samples.map((sample, turn) => sample / others[turn]));
}
