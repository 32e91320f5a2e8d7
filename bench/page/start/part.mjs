// The start of a cold page: until there is a client, until its first join is acknowledged, until the first message.

import { atLeast } from "../../lib/budget.mjs";
import { median } from "../../lib/samples.mjs";
import { html, inEachBrowser } from "../support/lab.mjs";

const TURNS = 11;

const SCRIPTS = { original: "/original/xano.min.js", ours: "/pkg/dist/xano.min.js" };

/** Whole pages, by what they load. */
const LOADED = {
  ...Object.fromEntries(
    Object.entries(SCRIPTS).map(([name, src]) => [
      name,
      page(`<script src="${src}"></script><script>start(XanoClient);</script>`),
    ]),
  ),
  slim: page(`<script type="module">
    import { init, XanoClient } from "/pkg/slim.js";
    await init();
    start(XanoClient);
  </script>`),
};

/** The script without WebAssembly takes part where scripts are run. */
const WITHOUT_WASM = { plain: "/pkg/dist/xano.js.min.js" };

/** Pages that have loaded the script and begin with running it. */
const EVALUATED = Object.fromEntries(
  Object.entries({ ...SCRIPTS, ...WITHOUT_WASM }).map(([name, src]) => [
    name,
    page(`<script>evaluate("${src}");</script>`),
  ]),
);

const MOMENTS = {
  evaluation: "script evaluation to the first channel()",
  client: "page to new XanoClient",
  join: "page to first join",
  message: "page to first message",
};

export const part = {
  unit: "ms",

  async run({ browsers, progress }) {
    const rows = [];
    const pages = { ...paths("loaded", LOADED), ...paths("evaluated", EVALUATED) };
    await inEachBrowser(browsers, pages, async ({ title, run }) => {
      const visits = [];
      for (let turn = 0; turn < TURNS; turn++) {
        const order = Object.keys(pages);
        if (turn % 2) order.reverse();
        for (const path of order) visits.push({ contender: path.split("/")[2], moments: await run(path) });
        progress(`${title}, ${turn + 1} of ${TURNS}`);
      }
      for (const moment of Object.keys(MOMENTS)) rows.push(row(title, moment, visits));
    });
    return rows;
  },
};

function page(body) {
  return html(`<script src="/page/start/in-page.js"></script>${body}`);
}

function paths(kind, pages) {
  return Object.fromEntries(Object.entries(pages).map(([name, content]) => [`/${kind}/${name}`, content]));
}

function row(title, moment, visits) {
  const values = {};
  for (const contender of ["original", "ours", "plain", "slim"]) {
    const samples = visits.filter((visit) => visit.contender === contender && visit.moments[moment] !== undefined);
    if (samples.length > 0) values[contender] = median(samples.map(({ moments }) => moments[moment]));
  }
  values["original / ours"] = values.original / values.ours;
  if (moment !== "evaluation") return { name: `${title}, ${MOMENTS[moment]}`, values, budgets: [] };
  values["original / plain"] = values.original / values.plain;
  const budgets = [
    atLeast("original / ours", { must: 1.5, goal: 2 }),
    atLeast("original / plain", { must: 2.5, goal: 3.5 }),
  ];
  return { name: `${title}, ${MOMENTS[moment]}`, values, budgets };
}
