import { Dice } from "../support/random.js";

/** How often, beside each other; a cut or a split is at random points of what passes. */
const TROUBLES = { cut: 6, delay: 1, split: 1 };

/** What happens to the connections of a proxy. */
export function trouble(dice, proxy) {
  const kind = dice.weighted(TROUBLES);
  if (kind === "cut") proxy.cutAt(dice.roll());
  if (kind === "delay") proxy.delay(dice.below(100));
  if (kind === "split") proxy.split(new Dice(dice.below(1_000_000)));
}
