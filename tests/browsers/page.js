// A page of any browser, with the two calls that tests/support/user.js needs.

const DEADLINE_MS = 20_000;

/**
 * A browser's driver is `launch()`, which resolves to `{ open(url), close() }`. `open` resolves, once the page is
 * loaded, to `{ evaluate(expression), reload(), close() }`, where `evaluate` resolves to the text that the expression, awaited,
 * comes to. Text, because the drivers disagree on values: -0, undefined, half of a surrogate pair.
 */
export class Page {
  #tab;

  constructor(tab) {
    this.#tab = tab;
  }

  async evaluate(run, argument) {
    const call = `(${run})(${literal(argument)})`;
    const text = await this.#tab.evaluate(`(async () => JSON.stringify({ result: await ${call} }))()`);
    return JSON.parse(text).result;
  }

  waitForFunction(predicate, argument) {
    return this.evaluate(`() => probe.until(() => (${predicate})(${literal(argument)}), ${DEADLINE_MS})`);
  }
}

/** JSON in source text would make a `__proto__` key the prototype; and has no word for undefined. */
function literal(value) {
  const text = JSON.stringify(value);
  return text === undefined ? "undefined" : `JSON.parse(${JSON.stringify(text)})`;
}
