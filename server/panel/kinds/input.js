// Path parameters and the fields of payloads, with their types.

const TYPES = [
  ["text", "Text"],
  ["int", "Whole number"],
  ["decimal", "Number"],
  ["bool", "True or false"],
  ["uuid", "UUID"],
];

/** @type {import("./kind.js").Kind} */
export const PARAMETER = {
  key: "name",
  name: "parameter",
  plural: "Types of parameters",
  none: "A parameter without a type accepts letters, digits, - and _.",
  isInline: true,
  lists: {},
  fresh: () => ({ name: "", type: "text", description: "" }),
  fields: [
    { type: "text", key: "name", words: "Name", hint: "As it stands in the template between braces." },
    { type: "select", key: "type", words: "Type", hint: "A name with another value is refused.", choices: TYPES },
  ],
};

/** @type {import("./kind.js").Kind} */
export const INPUT = {
  key: "name",
  name: "field",
  plural: "Fields of the payload",
  none: "Without fields, every payload is accepted.",
  isInline: true,
  lists: {},
  fresh: () => ({ name: "", type: "text", required: false, description: "" }),
  fields: [
    { type: "text", key: "name", words: "Name", hint: "The key in the payload." },
    {
      type: "select",
      key: "type",
      words: "Type",
      hint: "A payload with another value is refused.",
      choices: [...TYPES, ["json", "JSON"]],
    },
    { type: "switch", key: "required", words: "Required", hint: "A payload without it is refused." },
  ],
};
