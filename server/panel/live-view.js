// The live numbers: counts, the plot, and the channels.

import { html, nothing } from "./vendor/lit-html.js";
import { inFigures, plot } from "./plot.js";

export function liveView({ newest, rates }) {
  if (!newest) return html`<section class="card live" aria-labelledby="live-title">${title()}</section>`;
  const now = rates.at(-1)?.perSecond ?? 0;
  return html`
    <section class="card live" aria-labelledby="live-title">
      ${title()}
      <dl>
        ${count("Connections", newest.connections)} ${count("Channels", newest.channels_in_use)}
        ${count("Members", newest.members)} ${count("Messages per second", now)}
      </dl>
      ${plot(rates)} ${channelTable(newest)}
    </section>
  `;
}

function title() {
  return html`<h2 id="live-title">Right now</h2>`;
}

function count(words, number) {
  return html`<div><dt>${words}</dt><dd>${inFigures(number)}</dd></div>`;
}

function channelTable({ channels, channels_in_use: inUse }) {
  if (channels.length === 0) return html`<p class="hint">Nobody is on a channel.</p>`;
  const listed = channels.filter(({ members }) => members > 0).length;
  return html`
    <div class="scrollable" role="region" aria-label="Channels and their members" tabindex="0">
      <table>
        <thead>
          <tr>
            <th scope="col">Channel</th>
            <th scope="col">Members</th>
          </tr>
        </thead>
        <tbody>
          ${channels.map(channelRow)}
        </tbody>
      </table>
    </div>
    ${listed < inUse ? html`<p class="hint">The ${listed} with the most members, of ${inFigures(inUse)}.</p>` : nothing}
  `;
}

function channelRow({ server, channel, pattern, members, authenticated, history }) {
  return html`
    <tr>
      <th scope="row">
        <bdi>${channel}</bdi>
        <p class="hint">
          ${server ? html`On <bdi>${server}</bdi>: ` : nothing}
          ${pattern === channel ? nothing : html`As <bdi>${pattern}</bdi>: `}
          ${inFigures(authenticated)} authenticated, history ${inFigures(history)}
        </p>
      </th>
      <td>${inFigures(members)}</td>
    </tr>
  `;
}
