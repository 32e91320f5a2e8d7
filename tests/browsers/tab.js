// A tab of a browser for the scenarios, where the driver of the browser has contexts and pages.

/** Opens a page in a context of its own. */
export async function openTab(context, url) {
  const page = await context.newPage();
  await page.goto(url);
  return {
    evaluate: (expression) => page.evaluate(expression),
    reload: () => page.reload(),
    close: () => context.close(),
  };
}
