// The fields of a row's form: each has a label, the server's refusal and a hint.

import { html, nothing } from "./vendor/lit-html.js";

/**
 * What all fields of one row share. `problem` is the server's refusal of one of them, or null; `set(key, value)` changes
 * the row.
 */
export class Fields {
  constructor(row, problem, set) {
    this.row = row;
    this.problem = problem;
    this.set = set;
  }

  id(part) {
    return `${this.row.id}-${part}`;
  }

  value(key) {
    return this.row.value(key);
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

/** The fields of a form. */
export function formOf(fields, list) {
  return list.map((field) => TYPES[field.type](fields, field));
}

/** A field of text. `read` makes the text of a value, `write` the value of a text. */
function inputField(fields, { key, words, hint }, { type, read, write }) {
  return html`
    <div>
      <label for=${fields.id(key)}>${words}</label>
      <input id=${fields.id(key)} type=${type} .value=${read(fields.value(key))}
        @input=${(event) => fields.set(key, write(event.target.value))}
        autocomplete="off" spellcheck="false" autocapitalize="off" dir="auto"
        aria-invalid=${fields.isRefused(key)} aria-describedby=${fields.describedBy(key)}>
      ${fields.refusal(key)} ${fields.hint(key, hint)}
    </div>
  `;
}

const same = (value) => value;

function textField(fields, field) {
  return inputField(fields, field, { type: "text", read: same, write: same });
}

/** A field whose value is null without a text. */
function urlField(fields, field) {
  return inputField(fields, field, { type: "url", read: (url) => url ?? "", write: (text) => text || null });
}

/** A field whose value is `empty` without a number. */
function numberField(fields, field) {
  const { empty = null } = field;
  const read = (number) => (number === empty ? "" : String(number));
  return inputField(fields, field, { type: "number", read, write: (text) => (text === "" ? empty : Number(text)) });
}

/**
 * A switch. One with a parent is disabled while the parent is off, and its accessible name starts with the parent's
 * name.
 */
function switchField(fields, { key, words, hint, parent }) {
  const names = [parent, key].filter(Boolean).map((key) => fields.id(`${key}-name`));
  return html`
    <div class="switch ${parent ? "child" : ""}">
      <input type="checkbox" role="switch" id=${fields.id(key)} aria-labelledby=${names.join(" ")}
        aria-invalid=${fields.isRefused(key)} aria-describedby=${fields.describedBy(key)}
        .checked=${fields.value(key)} ?disabled=${parent && !fields.value(parent)}
        @change=${(event) => fields.set(key, event.target.checked)}>
      <label for=${fields.id(key)} id=${fields.id(`${key}-name`)}>${words}</label>
      ${fields.refusal(key)} ${fields.hint(key, hint)}
    </div>
  `;
}

/** A field with a list of `choices`: pairs of a value and its words. */
function selectField(fields, { key, words, hint, choices }) {
  const choose = (event) => fields.set(key, choices[event.target.selectedIndex][0]);
  const option = ([value, words]) =>
    html`<option value=${value} .selected=${fields.value(key) === value}>${words}</option>`;
  return html`
    <div>
      <label for=${fields.id(key)}>${words}</label>
      <select id=${fields.id(key)} @change=${choose}
        aria-invalid=${fields.isRefused(key)} aria-describedby=${fields.describedBy(key)}>
        ${choices.map(option)}
      </select>
      ${fields.refusal(key)} ${fields.hint(key, hint)}
    </div>
  `;
}

/** A switch with others that count only while it is on. */
function familyField(fields, { fields: members }) {
  return html`<div class="family">${formOf(fields, members)}</div>`;
}

/** A list of URLs. They are edited in the settings file; the panel shows them and keeps them when it saves. */
function urlsField(fields, { shows, hint }) {
  const lines = Object.entries(fields.value(shows) ?? {}).map(
    ([name, url]) => html`<li>${name}: <code>${url}</code></li>`,
  );
  if (lines.length === 0) return nothing;
  return html`<div><p class="hint">${hint}</p><ul>${lines}</ul></div>`;
}

const TYPES = {
  text: textField,
  url: urlField,
  number: numberField,
  switch: switchField,
  select: selectField,
  family: familyField,
  urls: urlsField,
};
