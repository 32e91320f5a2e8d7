// Builds of ours with one small fault each, made from the bundle that is shipped. The patterns hold on to names that no
// minifier may change, those of the platform.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import vm from "node:vm";
import { PACKAGE } from "./browser.js";

/** The expression is true the nth time it is evaluated in a page. */
const nth = (number) => `(globalThis.count = (globalThis.count ?? 0) + 1) === ${number}`;
const isSent = (action) => `$1.startsWith('{"action":"${action}"')`;
const isHeard = (action) => `$1.data.includes('"action":"${action}"')`;

const SEND = /this\.socket\.send\(([\w$]+)\)/g;
const HEAR = /message:\(?([\w$]+)\)?=>\{this\.[\w$]+=\1,([\w$]+)\(([\w$]+),this,\1\.data\)\}/g;
const BUFFERED = /\.bufferedAmount>/g;
const BACK = /"online"/g;
const REPORT = /\?reportError\(([\w$]+)\)/g;
const hear = "$2($3, this, $1.data)";

const MUTATIONS = {
  "one join dropped": [SEND, `(${isSent("join")} && ${nth(2)} || this.socket.send($1))`],
  "one leave dropped": [SEND, `(${isSent("leave")} && ${nth(1)} || this.socket.send($1))`],
  "one message sent twice": [SEND, `(${isSent("message")} && ${nth(3)} && this.socket.send($1), this.socket.send($1))`],
  "one echo doubled": [HEAR, `message: ($1) => { ${hear}; if (${isHeard("message")} && ${nth(2)}) ${hear}; }`],
  "one error swallowed": [HEAR, `message: ($1) => { if (!(${isHeard("error")} && ${nth(1)})) ${hear}; }`],
  "one member forgotten": [HEAR, `message: ($1) => { if (!(${isHeard("presence_update")} && ${nth(2)})) ${hear}; }`],
  "a slow network given everything": [BUFFERED, ".bufferedAmount>1e9+"],
  "a network that is back unnoticed": [BACK, '"offline"'],
  "one exception swallowed": [REPORT, `?(${nth(1)} || reportError($1))`],
};

export const mutants = Object.entries(MUTATIONS).map(([name, [pattern, fault]]) => [
  name,
  mutant(name, pattern, fault),
]);

function mutant(name, pattern, fault) {
  const bundle = readFileSync(PACKAGE, "utf8");
  const places = bundle.match(pattern)?.length ?? 0;
  assert.equal(places, 1, `"${name}" has to change one place of the bundle, and finds ${places}: adapt its pattern`);
  return new vm.Script(bundle.replace(pattern, fault), { filename: name });
}
