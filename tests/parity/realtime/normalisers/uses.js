// The numbers of docs/deviations.md that have a normaliser in this folder.
//
// A normaliser mends the original from outside wherever ours differs on purpose, and nowhere else. Our own trace is
// compared as it is.

/** How often each was needed. */
export const uses = new Map(
  [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 14, 16, 17, 18, 23, 24, 25, 26, 27, 28, 29, 35, 36, 37, 38, 42, 43, 44].map(
    (number) => [number, 0],
  ),
);

let off;

/** Says that the normaliser of that number is needed here; whether it may act. */
export function needs(number) {
  uses.set(number, uses.get(number) + 1);
  return number !== off;
}

/** Does the work with that normaliser switched off. */
export async function without(number, work) {
  off = number;
  try {
    return await work();
  } finally {
    off = undefined;
  }
}
