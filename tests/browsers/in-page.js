// Runs in every page behind tests/support/in-page.js: waits without a clock, which background tabs slow down.

const waiting = new Set();
const { open } = probe;

probe.open = (name, options) => {
  open.call(probe, name, options);
  // Handlers run in the order they were added: what the first one collected is there.
  probe.channels.get(name).on(askAgain, askAgain);
};

/** Resolves once the predicate holds; it is asked again whenever a channel of the page is told something. */
probe.until = (predicate, deadlineMs) =>
  new Promise((resolve, reject) => {
    const ask = () => {
      if (!predicate()) return;
      clearTimeout(deadline);
      waiting.delete(ask);
      resolve();
    };
    const deadline = setTimeout(() => {
      waiting.delete(ask);
      const told = JSON.stringify([...probe.actions]);
      reject(new Error(`not within ${deadlineMs} ms: ${predicate}; the channels were told ${told}`));
    }, deadlineMs);
    waiting.add(ask);
    ask();
  });

function askAgain() {
  for (const ask of [...waiting]) ask();
}
