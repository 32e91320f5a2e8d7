// The plot of the messages per second in the last minute: a small picture, and the same information as text.

import { html, svg } from "./vendor/lit-html.js";
import { WINDOW_MS } from "./live-look.js";

const HEIGHT = 100;

export function plot(rates) {
  const most = Math.max(0, ...rates.map(({ perSecond }) => perSecond));
  const top = roundUp(most);
  const now = rates.at(-1)?.perSecond ?? 0;
  const words = `Messages per second in the last 60 seconds: ${inFigures(now)} now, ${inFigures(most)} at most`;
  return html`
    <figure class="plot">
      <figcaption>Messages per second</figcaption>
      <svg role="img" aria-label=${words} viewBox="0 0 ${WINDOW_MS} ${HEIGHT}" preserveAspectRatio="none">
        ${rates.length > 0 ? line(rates, top) : ""}
      </svg>
      <p class="top" aria-hidden="true">${inFigures(top)}</p>
      <p class="from" aria-hidden="true">60 s ago</p>
      <p class="to" aria-hidden="true">now</p>
    </figure>
  `;
}

export function inFigures(number) {
  return number.toLocaleString("en", { maximumFractionDigits: number < 10 ? 1 : 0 });
}

function line(rates, top) {
  const x = (ageMs) => WINDOW_MS - ageMs;
  const y = (perSecond) => (HEIGHT * (1 - perSecond / top)).toFixed(1);
  const steps = rates.map(({ fromMs, toMs, perSecond }) => `${x(fromMs)},${y(perSecond)} ${x(toMs)},${y(perSecond)}`);
  const beginning = `${x(rates[0].fromMs)},${HEIGHT}`;
  return svg`
    <polygon points="${beginning} ${steps.join(" ")} ${WINDOW_MS},${HEIGHT}" />
    <polyline points=${steps.join(" ")} vector-effect="non-scaling-stroke" />
  `;
}

/** Rounds up to 1, 2 or 5 times a power of ten, so that the scale does not change with every message. */
function roundUp(number) {
  if (number <= 1) return 1;
  const power = 10 ** Math.floor(Math.log10(number));
  return [1, 2, 5, 10].find((step) => step * power >= number) * power;
}
