// How a step ends: it holds, it fails and there is something to do, or there was nothing to try.

export const holds = (says) => ({ outcome: "holds", says });
export const skipped = (says) => ({ outcome: "skipped", says });
/** The later steps need this one: they are not tried. */
export const fails = (says, todo) => ({ outcome: "fails", says, todo, stops: true });
/** The later steps are tried all the same. */
export const failsAlone = (says, todo) => ({ outcome: "fails", says, todo });
