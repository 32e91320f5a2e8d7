// The form of a list of rows. A row is folded up under its title, or stands in one line with its fields.

import { html, nothing } from "./vendor/lit-html.js";
import { Fields, formOf } from "./fields.js";

const UNSAVED = { new: "New, not saved", changed: "Changed, not saved" };

/** The rows of a list, and the button that adds one. `draft` has the refusal; `on` holds the event handlers. */
export function rowList(rows, draft, on) {
  const { kind } = rows;
  const form = kind.isInline ? inlineRow : foldedRow;
  return html`
    ${rows.all.length === 0 ? html`<p class="hint">${kind.none}</p>` : nothing}
    ${rows.all.map((row) => form(row, fieldsOf(row, draft, on), rows, draft, on))}
    <button type="button" id="${rows.id}-add" class="quiet" @click=${() => on.add(rows)}>Add a ${kind.name}</button>
  `;
}

function fieldsOf(row, draft, on) {
  const problem = draft.problem?.row === row ? draft.problem : null;
  return new Fields(row, problem, (key, value) => on.set(row, key, value));
}

function foldedRow(row, fields, rows, draft, on) {
  const { kind } = row;
  const toggled = (event) => (row.isOpen = event.target.open);
  const isOff = !row.value(kind.onOff);
  return html`
    <details .open=${row.isOpen} @toggle=${toggled}>
      <summary id=${fields.id("title")}>
        <bdi>${row.value(kind.title ?? kind.key) || "Without a name"}</bdi>
        ${isOff ? html`<span class="tag">Off</span>` : nothing} ${stateTag(row)}
      </summary>
      <div role="group" aria-labelledby=${fields.id("title")} class="fields">
        ${formOf(fields, kind.fields)}
        ${Object.values(row.lists).map((below) => listBelow(below, draft, on))}
        ${removeButton(row, rows, on)}
      </div>
    </details>
  `;
}

function listBelow(rows, draft, on) {
  const id = `${rows.id}-title`;
  return html`
    <div role="group" aria-labelledby=${id} class="below">
      <p id=${id} class="title">${rows.kind.plural}</p>
      ${rowList(rows, draft, on)}
    </div>
  `;
}

function inlineRow(row, fields, rows, _draft, on) {
  const { kind } = rows;
  const label = `${kind.name} ${row.value(kind.key)}`;
  return html`
    <div role="group" aria-label=${label} class="fields inline">
      ${formOf(fields, kind.fields)} ${removeButton(row, rows, on)}
    </div>
  `;
}

function removeButton(row, rows, on) {
  return html`<button type="button" class="quiet" @click=${() => on.remove(rows, row)}>Remove this ${rows.kind.name}</button>`;
}

function stateTag({ state }) {
  return UNSAVED[state] ? html`<span class="tag unsaved">${UNSAVED[state]}</span>` : nothing;
}
