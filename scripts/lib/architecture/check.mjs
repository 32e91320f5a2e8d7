// Whether the picture of the modules is up to date, and whether folders import each other in circles.
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Failure } from "../run.mjs";
import { root } from "../workspace.mjs";
import { drawArchitecture } from "./draw.mjs";
import { circles, readGraph } from "./graph.mjs";
import { breaches } from "./rules.mjs";

const PICTURE = "docs/architecture.svg";
/** Where a circle between folders fails the check; elsewhere it is listed. */
const STRICT_PART = "server/src/";

/** Draws the picture, and lists the circles between folders. */
export async function writeArchitecture() {
  const graph = readGraph();
  writeFileSync(join(root, PICTURE), await drawArchitecture(graph));
  console.log(`drawn: ${PICTURE}`);
  listCircles(graph);
  listBreaches(graph);
}

export async function checkArchitecture() {
  const graph = readGraph();
  const found = listCircles(graph);
  const broken = listBreaches(graph);
  const picture = join(root, PICTURE);
  if (!existsSync(picture) || readFileSync(picture, "utf8") !== (await drawArchitecture(graph))) {
    throw new Failure(`${PICTURE} does not show the sources as they are: run \`node scripts/architecture.mjs\``);
  }
  const faults = found.filter(([id]) => id.startsWith(STRICT_PART));
  if (faults.length > 0) {
    throw new Failure(`folders that import each other: ${faults.map((circle) => circle.join(", ")).join("; ")}`);
  }
  if (broken.length > 0) throw new Failure(broken.join("; "));
}

/** With each import that closes the circle, so that it can be removed. */
function listCircles(graph) {
  const found = circles(graph);
  for (const circle of found) {
    console.log(`circle: ${circle.join(", ")}`);
    for (const { from, to, imports } of graph.arrows) {
      if (!circle.includes(from) || !circle.includes(to)) continue;
      for (const [file, imported] of imports) console.log(`  ${file} imports ${imported}`);
    }
  }
  return found;
}

function listBreaches(graph) {
  const found = breaches(graph);
  for (const breach of found) console.log(breach);
  return found;
}
