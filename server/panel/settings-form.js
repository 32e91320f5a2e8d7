// The form of the workspace's settings: for V1 the switch for Realtime, the connection hash and the channels, and the
// Realtime servers of V2.

import { html, nothing } from "./vendor/lit-html.js";
import { rowList } from "./row-form.js";

/** The settings form. `on` holds the event handlers; `said` holds the status messages of copying and saving. */
export function settingsForm({ draft, said, on }) {
  const submit = (event) => {
    event.preventDefault();
    on.save();
  };
  return html`
    <form id="settings" autocomplete="off" novalidate @submit=${submit}>
      <section class="card fields" aria-labelledby="connection-title">
        <h2 id="connection-title">Connection</h2>
        ${enableField(draft, on)} ${hashField(draft, said, on)}
      </section>
      <section class="card channels" aria-labelledby="channels-title">
        <h2 id="channels-title">Channels</h2>
        ${rowList(draft.channels, draft, on)}
      </section>
      <section class="card channels" aria-labelledby="servers-title">
        <h2 id="servers-title">Realtime V2</h2>
        ${rowList(draft.servers, draft, on)}
      </section>
      ${saveBar(draft, said, on)}
    </form>
  `;
}

function enableField(draft, on) {
  return html`
    <div>
      <label for="enabled">Enable Realtime</label>
      <select id="enabled" aria-describedby="enabled-hint" @change=${(event) => on.enable(event.target.value === "yes")}>
        <option value="yes" .selected=${draft.enabled}>Yes</option>
        <option value="no" .selected=${!draft.enabled}>No</option>
      </select>
      <p id="enabled-hint" class="hint">No: every connection of Realtime V1 is closed, and new ones are refused.</p>
    </div>
  `;
}

function hashField(draft, said, on) {
  return html`
    <div>
      <label for="hash">Connection Hash</label>
      <div class="with-button">
        <input id="hash" readonly .value=${draft.hash} aria-describedby="hash-hint">
        <button type="button" class="quiet" @click=${on.copyHash}>Copy<span class="visually-hidden"> the hash</span></button>
      </div>
      <p role="status" class="said">${said.copying}</p>
      <p id="hash-hint" class="hint">Clients connect with it: <code>realtimeConnectionHash</code>.</p>
    </div>
  `;
}

function saveBar(draft, said, on) {
  const problem = draft.problem && !draft.problem.row ? html`<p>${draft.problem.message}</p>` : nothing;
  return html`
    <div class="save">
      <div id="problem" role="alert">${problem}</div>
      <ul id="consequences" aria-label="What saving does" aria-live="polite">${draft.consequences.map(
        (sentence) => html`<li>${sentence}</li>`,
      )}</ul>
      <p role="status" class=${draft.isChanged ? "unsaved" : ""}>
        ${said.saving || (draft.isChanged ? "Unsaved changes" : "")}
      </p>
      ${
        draft.isChanged
          ? html`<button type="button" class="quiet" @click=${on.discard}>Discard<span class="visually-hidden"> changes</span></button>`
          : nothing
      }
      <button type="submit" id="save">Save</button>
    </div>
  `;
}
