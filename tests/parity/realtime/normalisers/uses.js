// The numbers of docs/deviations.md that have a normaliser in this folder, and how often each was needed.
//
// A normaliser mends the original from outside wherever ours differs on purpose, and nowhere else. Our own trace is
// compared as it is.

export const uses = new Map(
  [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 14, 16, 17, 18, 23, 24, 25, 26, 27, 28, 29].map((number) => [number, 0]),
);

export function use(number) {
  uses.set(number, uses.get(number) + 1);
}
