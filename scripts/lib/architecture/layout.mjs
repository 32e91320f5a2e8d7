// Where each box and each arrow lies.
import ELK from "elkjs";

const BOX = { width: 280, lineHeight: 15, head: 26, padding: 8, letterWidth: 6.3 };
const OPTIONS = {
  "elk.algorithm": "layered",
  "elk.direction": "DOWN",
  "elk.hierarchyHandling": "INCLUDE_CHILDREN",
  "elk.edgeRouting": "ORTHOGONAL",
  "elk.randomSeed": "1",
  "elk.layered.nodePlacement.strategy": "NETWORK_SIMPLEX",
  "elk.layered.spacing.nodeNodeBetweenLayers": "40",
  "elk.layered.spacing.edgeNodeBetweenLayers": "14",
  "elk.layered.spacing.edgeEdgeBetweenLayers": "12",
  "elk.spacing.nodeNode": "28",
  "elk.spacing.edgeNode": "14",
  "elk.spacing.edgeEdge": "12",
};
const PART_OPTIONS = {
  ...OPTIONS,
  "elk.padding": "[top=58,left=16,bottom=16,right=16]",
};

/**
 * @typedef {{ x: number, y: number, width: number, height: number }} Area
 * @returns the size of the whole, the areas of parts and boxes, and for each arrow its points and the place of its count
 */
export async function layOut({ parts, boxes, arrows }) {
  const children = parts.map(({ folder }) => ({
    id: partId(folder),
    layoutOptions: PART_OPTIONS,
    children: boxes.filter(({ part }) => part === folder).map(sized),
  }));
  const edges = arrows.map(({ from, to, imports }, index) => ({
    id: `arrow-${index}`,
    sources: [from],
    targets: [to],
    labels: [{ text: String(imports.length), width: 7 * String(imports.length).length + 6, height: 14 }],
  }));
  const whole = await new ELK().layout({ id: "whole", layoutOptions: OPTIONS, children, edges });
  const areas = new Map();
  collect(whole, { x: 0, y: 0 }, areas);
  return {
    width: Math.ceil(whole.width),
    height: Math.ceil(whole.height),
    parts: parts.map((part) => ({ ...part, area: areas.get(partId(part.folder)) })),
    boxes: boxes.map((box) => ({ ...box, area: areas.get(box.id), lines: linesOf(box.files) })),
    arrows: whole.edges.map((edge, index) => ({ ...arrows[index], ...placed(edge, areas.get(edge.container)) })),
  };
}

function partId(folder) {
  return `part ${folder}`;
}

function sized({ id, files }) {
  const height = BOX.head + linesOf(files).length * BOX.lineHeight + BOX.padding;
  return { id, width: BOX.width, height };
}

/** File names side by side, as many as a line of a box holds. */
function linesOf(files) {
  const letters = Math.floor((BOX.width - 2 * BOX.padding) / BOX.letterWidth);
  const lines = [""];
  for (const name of namesOf(files)) {
    const longer = lines.at(-1) ? `${lines.at(-1)} · ${name}` : name;
    if (longer.length > letters) lines.push(name);
    else lines[lines.length - 1] = longer;
  }
  return lines;
}

/** Files in an inner folder are named by the folder and how many there are. */
function namesOf(files) {
  const names = new Map();
  for (const file of files) {
    const [first, ...rest] = file.split("/");
    const name = rest.length > 0 ? `${first}/` : first.replace(/\.rs$/, "");
    names.set(name, (names.get(name) ?? 0) + 1);
  }
  return [...names].map(([name, count]) => (name.endsWith("/") ? `${name} (${count})` : name));
}

/** From places within the parent to places within the picture. */
function collect(node, origin, areas) {
  const [x, y] = [origin.x + (node.x ?? 0), origin.y + (node.y ?? 0)];
  areas.set(node.id, { x, y, width: node.width, height: node.height });
  for (const child of node.children ?? []) collect(child, { x, y }, areas);
}

function placed({ sections: [{ startPoint, bendPoints = [], endPoint }], labels: [label] }, { x, y }) {
  const points = [startPoint, ...bendPoints, endPoint].map((point) => [point.x + x, point.y + y]);
  return { points, label: { x: label.x + x + label.width / 2, y: label.y + y + label.height / 2 } };
}
