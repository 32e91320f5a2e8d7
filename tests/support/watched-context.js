import assert from "node:assert/strict";

/** A browser context of its own, closed at the test's end. No error of its pages may be uncaught by then. */
export async function watchedContext(t, browser, options) {
  const context = await browser.newContext(options);
  const errors = [];
  context.on("weberror", (error) => errors.push(error.error().message));
  t.after(async () => {
    await context.close();
    assert.deepEqual(errors, [], "uncaught errors");
  });
  return context;
}
