// Changes of the package, one fault each, that random programs have to find.

const core = (file, from, to) => ({ file: `core/${file}`, from, to });

export const MUTANTS = {
  "no position is sent": core("connection.js", "options & N.RECOVER && !this.isV2 ? position : undefined", "undefined"),
  "a gap is not told": core("subscription.js", "if (hasGap) {", "if (false) {"),
  "the position is not moved": core("subscription.js", "if (this.position && isInOrder)", "if (false)"),
  "echoes of repeats are handed out": core("receive.js", "!subscription.ids?.has(id)", "true"),
  "restarts go unnoticed": core("receive.js", "(isRestarted ? IS_RESTARTED : 0)", "0"),
  "what waits does not move": core("pool.js", "    handle.hand(frame);", ""),
  "a moved channel forgets its position": core("channel-handle.js", "options |= RETURNS", "options |= 0 && RETURNS"),
  "a destroyed channel keeps its promises": core(
    "channel-handle.js",
    "=== this) published.settle()",
    "=== this) void 0",
  ),
  "links are kept": core("link.js", "        links.delete(this);\n        this.reason", "        this.reason"),
  "a timer is never cleared": core(
    "connection.js",
    "        clearTimeout(this.timer);\n        break",
    "        break",
  ),
  "a handler's exception ends the loop": core("dispatch.js", "return THREW;", "throw error;"),
  "members are kept": core(
    "channel-handle.js",
    "subscription.handles.filter((other) => other !== this)",
    "subscription.handles",
  ),
};
