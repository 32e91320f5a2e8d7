// A line plot as SVG, both axes logarithmic: what grows in proportion is a slope, what stays the same is flat.

const [WIDTH, HEIGHT] = [640, 400];
const FRAME = { left: 70, right: 140, top: 40, bottom: 50 };
const COLOURS = ["#c2410c", "#1d4ed8", "#6b7280", "#15803d", "#7e22ce", "#b45309", "#0e7490", "#be185d"];
/** Names lie no closer to each other than this. */
const LINE_HEIGHT = 13;

/**
 * @param {{ title: string, x: string, y: string, lines: Record<string, [x: number, y: number][]> }} plot
 *   the texts at the axes, and the points of each line by its name
 */
export function linePlot({ title, x, y, lines }) {
  const points = Object.values(lines).flat();
  const across = axis(
    points.map(([value]) => value),
    [FRAME.left, WIDTH - FRAME.right],
  );
  const up = axis(
    points.map(([, value]) => value),
    [HEIGHT - FRAME.bottom, FRAME.top],
  );
  const place = ([a, b]) => `${across.at(a)},${up.at(b)}`;
  const names = Object.keys(lines);
  const labels = apart(names.map((name) => up.at(lines[name].at(-1)[1])));
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="sans-serif" font-size="12">
<rect width="100%" height="100%" fill="#fff"/>
${text(WIDTH / 2, 20, title, 'text-anchor="middle" font-size="14"')}
${text((FRAME.left + WIDTH - FRAME.right) / 2, HEIGHT - 10, x, 'text-anchor="middle"')}
${text(16, HEIGHT / 2, y, `text-anchor="middle" transform="rotate(-90 16 ${HEIGHT / 2})"`)}
${across.ticks.map((tick) => vertical(across.at(tick), tick)).join("\n")}
${up.ticks.map((tick) => horizontal(up.at(tick), tick)).join("\n")}
${names.map((name, index) => drawn(name, lines[name].map(place), labels[index], COLOURS[index % COLOURS.length])).join("\n")}
</svg>
`;
}

/** Powers of ten, from the one below the smallest value to the one above the largest. */
function axis(values, [start, end]) {
  const low = Math.floor(Math.log10(Math.min(...values)));
  const high = Math.max(low + 1, Math.ceil(Math.log10(Math.max(...values))));
  return {
    ticks: Array.from({ length: high - low + 1 }, (_, index) => 10 ** (low + index)),
    at: (value) => Math.round(start + ((end - start) * (Math.log10(value) - low)) / (high - low)),
  };
}

function vertical(x, tick) {
  const line = `<path d="M${x},${FRAME.top}V${HEIGHT - FRAME.bottom}" stroke="#ddd"/>`;
  return line + text(x, HEIGHT - FRAME.bottom + 16, tick.toLocaleString("en"), 'text-anchor="middle"');
}

function horizontal(y, tick) {
  const line = `<path d="M${FRAME.left},${y}H${WIDTH - FRAME.right}" stroke="#ddd"/>`;
  return line + text(FRAME.left - 6, y + 4, tick.toLocaleString("en"), 'text-anchor="end"');
}

/** The heights of the names: names that would lie on each other are moved down. */
function apart(heights) {
  const moved = [...heights];
  const downwards = heights.map((_, index) => index).sort((one, other) => heights[one] - heights[other]);
  downwards.reduce((above, index) => {
    moved[index] = Math.max(heights[index], above + LINE_HEIGHT);
    return moved[index];
  }, 0);
  return moved;
}

function drawn(name, places, label, colour) {
  const [x] = places.at(-1).split(",").map(Number);
  const dots = places.map((place) => {
    const [cx, cy] = place.split(",");
    return `<circle cx="${cx}" cy="${cy}" r="3" fill="${colour}"/>`;
  });
  const line = `<polyline points="${places.join(" ")}" fill="none" stroke="${colour}" stroke-width="2"/>`;
  return line + dots.join("") + text(x + 8, label + 4, name, `fill="${colour}"`);
}

function text(x, y, content, attributes) {
  return `<text x="${x}" y="${y}" ${attributes}>${content.replace(/&/g, "&amp;").replace(/</g, "&lt;")}</text>`;
}
