// A kind of rows: what a row of this kind has, and what its form says.

/**
 * @typedef {object} Kind
 * @property {string} key the field that tells rows apart
 * @property {string} [title] the field that names a row on the page, if it is another one
 * @property {string} [onOff] the switch of the row
 * @property {boolean} [isInline] whether a row stands open, without a title
 * @property {string} name what one row is called
 * @property {string} [plural] the title of the list
 * @property {string} none what an empty list means
 * @property {() => object} fresh makes the values of a new row
 * @property {object[]} fields the fields of the form, by the names of `fields.js`
 * @property {Record<string, Kind>} lists the kinds of the lists below a row
 */

export const DESCRIPTION = {
  type: "text",
  key: "description",
  words: "Description",
  hint: "For people; it changes nothing.",
};

/** Returns whether the form of a kind has a field. */
export function hasField({ fields }, key) {
  return fields.some((field) => field.key === key || (field.fields && hasField(field, key)));
}
