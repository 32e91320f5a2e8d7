// Lines over a number that grows, as SVG: readable on light and on dark pages.

const WIDTH = 720;
const HEIGHT = 400;
const MARGIN = { left: 76, right: 150, top: 44, bottom: 52 };
const COLOURS = ["#d6336c", "#1971c2", "#2f9e44", "#e8590c", "#7048e8", "#868e96"];

/**
 * @param {{ title: string, x: string, y: string, logarithmic?: boolean, lines: Record<string, [number, number][]> }} plot
 * With `logarithmic` the same factor is the same width to the right. Upwards it starts at 0.
 */
export function plot({ title, x, y, logarithmic = false, lines }) {
  const points = Object.values(lines).flat();
  const steps = [...new Set(points.map(([at]) => at))].sort((one, other) => one - other);
  const top = roundedUp(Math.max(...points.map(([, height]) => height)));
  const place = logarithmic ? Math.log : (at) => at;
  const [first, last] = [place(steps[0]), place(steps.at(-1))];
  const right = (at) => MARGIN.left + ((place(at) - first) / (last - first)) * (WIDTH - MARGIN.left - MARGIN.right);
  const up = (height) => HEIGHT - MARGIN.bottom - (height / top) * (HEIGHT - MARGIN.top - MARGIN.bottom);
  const marks = Array.from({ length: 6 }, (_, nth) => (top / 5) * nth);
  const body = [
    text(MARGIN.left, 24, title, 'font-weight="bold"'),
    ...marks.flatMap((mark) => [
      `<path d="M${MARGIN.left} ${up(mark)}H${WIDTH - MARGIN.right}" stroke="#868e96" stroke-opacity="0.3"/>`,
      text(MARGIN.left - 8, up(mark) + 4, number(mark), 'text-anchor="end"'),
    ]),
    ...steps.map((step) => text(right(step), HEIGHT - MARGIN.bottom + 18, number(step), 'text-anchor="middle"')),
    text((MARGIN.left + WIDTH - MARGIN.right) / 2, HEIGHT - 12, x, 'text-anchor="middle"'),
    `<g transform="rotate(-90 16 ${HEIGHT / 2})">${text(16, HEIGHT / 2, y, 'text-anchor="middle"')}</g>`,
    ...Object.entries(lines).flatMap(([name, line], nth) => drawn(name, line, COLOURS[nth], nth, right, up)),
  ];
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="sans-serif" font-size="12">
${body.join("\n")}
</svg>
`;
}

function drawn(name, line, colour, nth, right, up) {
  const path = line
    .map(([at, height], index) => `${index ? "L" : "M"}${short(right(at))} ${short(up(height))}`)
    .join("");
  const dots = line.map(
    ([at, height]) => `<circle cx="${short(right(at))}" cy="${short(up(height))}" r="3" fill="${colour}"/>`,
  );
  const label = MARGIN.top + 20 * nth;
  return [
    `<path d="${path}" fill="none" stroke="${colour}" stroke-width="2"/>`,
    ...dots,
    `<circle cx="${WIDTH - MARGIN.right + 16}" cy="${label}" r="4" fill="${colour}"/>`,
    text(WIDTH - MARGIN.right + 26, label + 4, name, ""),
  ];
}

function text(x, y, content, attributes) {
  return `<text x="${short(x)}" y="${short(y)}" fill="#868e96" ${attributes}>${content}</text>`;
}

function short(value) {
  return Number(value.toFixed(1));
}

function number(value) {
  return Number(value.toPrecision(3)).toLocaleString("en");
}

/** To 1, 2 or 5 and zeros. */
function roundedUp(value) {
  const power = 10 ** Math.floor(Math.log10(value));
  return power * [1, 2, 5, 10].find((factor) => factor * power >= value);
}
