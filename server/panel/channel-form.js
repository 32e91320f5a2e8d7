// The form of one channel and the permissions of its members.

import { html, nothing } from "./vendor/lit-html.js";
import { stateOf } from "./draft.js";
import { HISTORY_SIZES, SWITCHES } from "./switches.js";

/**
 * The form of one channel. `set(key, value)` and `remove()` change the channel; `problem` is the server's refusal of
 * one of its fields.
 */
export function channelForm({ channel, index, problem, set, remove }) {
  const field = new Field(channel.values, `channel-${index}`, problem, set);
  const toggled = (event) => (channel.isOpen = event.target.open);
  return html`
    <details .open=${channel.isOpen} @toggle=${toggled}>
      <summary id=${field.id("title")}>
        <bdi>${channel.values.pattern || "Without a name"}</bdi>
        ${channel.values.enabled ? nothing : html`<span class="tag">Off</span>`} ${stateTag(channel)}
      </summary>
      <div role="group" aria-labelledby=${field.id("title")} class="fields">
        ${textField(field, "pattern", "Channel Target", "The channel's name, such as marvel-chat-room or chat/*")}
        ${textField(field, "description", "Description", "For people; it changes nothing.")}
        ${SWITCHES.map((row) => switchRow(field, row))} ${historyField(field)} ${triggers(channel.values)}
        <button type="button" class="quiet" @click=${remove}>Remove this channel</button>
      </div>
    </details>
  `;
}

/** The state and the helpers that all fields of one channel share. */
class Field {
  constructor(values, place, problem, set) {
    this.values = values;
    this.place = place;
    this.problem = problem;
    this.set = set;
  }

  id(part) {
    return `${this.place}-${part}`;
  }

  isRefused(key) {
    return this.problem?.key === key;
  }

  /** Returns the ids for `aria-describedby`: the refusal, then the hint. */
  describedBy(key) {
    return `${this.isRefused(key) ? `${this.id(`${key}-problem`)} ` : ""}${this.id(`${key}-hint`)}`;
  }

  refusal(key) {
    if (!this.isRefused(key)) return nothing;
    return html`<p id=${this.id(`${key}-problem`)} class="wrong">${this.problem.message}</p>`;
  }

  hint(key, words) {
    return html`<p id=${this.id(`${key}-hint`)} class="hint">${words}</p>`;
  }
}

function stateTag(channel) {
  const words = { new: "New, not saved", changed: "Changed, not saved" }[stateOf(channel)];
  return words ? html`<span class="tag unsaved">${words}</span>` : nothing;
}

function textField(field, key, words, hint) {
  return html`
    <div>
      <label for=${field.id(key)}>${words}</label>
      <input id=${field.id(key)} .value=${field.values[key]} @input=${(event) => field.set(key, event.target.value)}
        autocomplete="off" spellcheck="false" autocapitalize="off" dir="auto"
        aria-invalid=${field.isRefused(key)} aria-describedby=${field.describedBy(key)}>
      ${field.refusal(key)} ${field.hint(key, hint)}
    </div>
  `;
}

function switchRow(field, { key, words, hint, authenticatedOnly }) {
  if (!authenticatedOnly) return switchField(field, { key, words, hint });
  return html`
    <div class="family">
      ${switchField(field, { key, words, hint })}
      ${switchField(field, { ...authenticatedOnly, words: "Authenticated Only", parent: key })}
    </div>
  `;
}

/**
 * A switch. One with a parent is disabled while the parent is off, and its accessible name starts with the parent's
 * name.
 */
function switchField(field, { key, words, hint, parent }) {
  const names = [parent, key].filter(Boolean).map((key) => field.id(`${key}-name`));
  return html`
    <div class="switch ${parent ? "child" : ""}">
      <input type="checkbox" role="switch" id=${field.id(key)} aria-labelledby=${names.join(" ")}
        aria-invalid=${field.isRefused(key)} aria-describedby=${field.describedBy(key)}
        .checked=${field.values[key]} ?disabled=${parent && !field.values[parent]}
        @change=${(event) => field.set(key, event.target.checked)}>
      <label for=${field.id(key)} id=${field.id(`${key}-name`)}>${words}</label>
      ${field.refusal(key)} ${field.hint(key, hint)}
    </div>
  `;
}

function historyField(field) {
  const key = "history";
  const option = (size) => {
    const words = size === 0 ? "None" : size.toLocaleString("en");
    return html`<option value=${size} .selected=${field.values.history === size}>${words}</option>`;
  };
  return html`
    <div>
      <label for=${field.id(key)}>Message History</label>
      <select id=${field.id(key)} @change=${(event) => field.set(key, Number(event.target.value))}
        aria-invalid=${field.isRefused(key)} aria-describedby=${field.describedBy(key)}>
        ${HISTORY_SIZES.map(option)}
      </select>
      ${field.refusal(key)} ${field.hint(key, "How many messages are kept for clients that join later.")}
    </div>
  `;
}

/** The list of triggers. They are edited in the settings file; the panel shows them and keeps them when it saves. */
function triggers({ triggers }) {
  const lines = Object.entries(triggers ?? {}).map(([action, url]) => html`<li>${action}: <code>${url}</code></li>`);
  if (lines.length === 0) return nothing;
  return html`<div><p class="hint">Triggers, from the settings file</p><ul>${lines}</ul></div>`;
}
