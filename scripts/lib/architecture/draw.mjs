// The picture as SVG, the same bytes from the same sources.
import { circles } from "./graph.mjs";
import { layOut } from "./layout.mjs";

const COLOURS = ["#fef3c7", "#ffedd5", "#fee2e2", "#dbeafe", "#ede9fe", "#dcfce7"];
const INK = { arrow: "#475569", top: "#8391a7", circle: "#dc2626", box: "#334155" };
const MARGIN = 20;
const LEGEND_LINE = 18;

export async function drawArchitecture(graph) {
  const found = circles(graph);
  const picture = await layOut(graph);
  const legend = legendOf(found);
  const [width, height] = [picture.width + 2 * MARGIN, picture.height + 3 * MARGIN + legend.length * LEGEND_LINE];
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" font-family="sans-serif" font-size="12">
<title>The modules of xano-wasm and their imports</title>
<desc>Made by scripts/architecture.mjs; do not edit.</desc>
<defs>${Object.entries(INK).map(head).join("")}</defs>
<rect width="100%" height="100%" fill="#fff"/>
<g transform="translate(${MARGIN} ${MARGIN})">
${picture.parts.map(drawnPart).join("\n")}
${picture.arrows.map((arrow) => drawnArrow(arrow, inkOf(arrow, graph, found))).join("\n")}
${picture.boxes.map(drawnBox).join("\n")}
${picture.parts.map(drawnTitle).join("\n")}
${picture.arrows.map((arrow) => drawnCount(arrow, inkOf(arrow, graph, found))).join("\n")}
</g>
${legend.map((line, index) => text(MARGIN, picture.height + 2.5 * MARGIN + index * LEGEND_LINE, line.text, `font-size="13" fill="${line.ink}"`)).join("\n")}
</svg>
`;
}

function legendOf(found) {
  const explained = [
    "A box is a folder with its files; “.rs” is left out, and a folder in it stands with the number of its files.",
    "An arrow means “imports from”, with the number of imports from file to file. Light arrows begin or end at the top level of a part.",
    "lib.rs and main.rs put the parts together and use everything: their arrows are left out, and so are tests.",
  ].map((text) => ({ text, ink: INK.box }));
  const listed = found.map((circle) => ({ text: `Circle: ${circle.join(" ↔ ")}`, ink: INK.circle }));
  return [...explained, ...listed];
}

function inkOf({ from, to }, { boxes }, found) {
  if (found.some((circle) => circle.includes(from) && circle.includes(to))) return INK.circle;
  const isTop = (id) =>
    boxes.some((box) => box.id === id && box.part === id && boxes.some((other) => other.part === id && other !== box));
  return isTop(from) || isTop(to) ? INK.top : INK.arrow;
}

function head([name, colour]) {
  return `<marker id="${name}" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" markerHeight="8" orient="auto"><path d="M0,0L8,4L0,8z" fill="${colour}"/></marker>`;
}

function drawnPart({ area }, index) {
  return `<rect ${rectangle(area)} rx="10" fill="${COLOURS[index % COLOURS.length]}" stroke="#cbd5e1"/>`;
}

/** On a ground of its own, as arrows pass below it. */
function drawnTitle({ folder, title, area }, index) {
  const halo = `paint-order="stroke" stroke="${COLOURS[index % COLOURS.length]}" stroke-width="6"`;
  const name = text(area.x + 16, area.y + 25, folder, `font-size="16" font-weight="bold" ${halo}`);
  return name + text(area.x + 16, area.y + 44, title, `font-size="13" ${halo}`);
}

function drawnBox({ name, area, lines }) {
  const frame = `<rect ${rectangle(area)} rx="5" fill="#fff" stroke="${INK.box}"/>`;
  const files = lines.map((line, index) => text(area.x + 8, area.y + 37 + 15 * index, line, `fill="${INK.box}"`));
  return frame + text(area.x + 8, area.y + 18, name, 'font-size="14" font-weight="bold"') + files.join("");
}

function drawnArrow({ points }, ink) {
  const name = Object.keys(INK).find((key) => INK[key] === ink);
  const path = points.map(([x, y], index) => `${index ? "L" : "M"}${round(x)},${round(y)}`).join("");
  return `<path d="${path}" fill="none" stroke="${ink}" stroke-width="1.5" marker-end="url(#${name})"/>`;
}

function drawnCount({ imports, label: { x, y } }, ink) {
  const width = 7 * String(imports.length).length + 6;
  const plate = `<rect ${rectangle({ x: x - width / 2, y: y - 7, width, height: 14 })} rx="7" fill="#fff" stroke="${ink}"/>`;
  return plate + text(x, y + 4, String(imports.length), `text-anchor="middle" fill="${ink}"`);
}

function rectangle({ x, y, width, height }) {
  return `x="${round(x)}" y="${round(y)}" width="${round(width)}" height="${round(height)}"`;
}

function text(x, y, content, attributes) {
  const escaped = content
    .replace(/&/g, "&amp;")
    .replace(/</g, "&lt;")
    .replace(/ {2,}/g, (blanks) => "\u00a0".repeat(blanks.length));
  return `<text x="${round(x)}" y="${round(y)}" ${attributes}>${escaped}</text>`;
}

function round(value) {
  return Math.round(value * 10) / 10;
}
