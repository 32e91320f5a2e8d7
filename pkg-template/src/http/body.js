import { XanoFile } from "./file.js";
import { typeOf } from "./media-types.js";

/**
 * The body of a request and its type: a form where a file lies at the top, else JSON.
 * @param {any} params
 * @param {(value: any) => any} formField
 * @returns {{ body?: string | FormData, contentType?: string }}
 */
export function requestBody(params, formField) {
  if (!params) return {};
  const entries = Object.entries(params);
  if (!entries.some(([, value]) => isFile(value))) {
    // From the entries, as in the original: a list becomes an object with numbers for keys.
    return { body: JSON.stringify(Object.fromEntries(entries)), contentType: "application/json" };
  }
  const body = new FormData();
  for (const [name, value] of entries) {
    if (value instanceof XanoFile) body.append(name, blobOf(value), value.getName());
    else body.append(name, formField(value));
  }
  return { body, contentType: "multipart/form-data" };
}

/** @param {unknown} value */
function isFile(value) {
  // A File is a Blob.
  return value instanceof Blob || value instanceof XanoFile;
}

/**
 * A form takes blobs only; on Node the content of a file is a Buffer, and its name says what it is.
 * @param {XanoFile} file
 */
function blobOf(file) {
  const content = file.getBuffer();
  return content instanceof Blob
    ? content
    : new Blob([content], ONLY_BROWSERS ? undefined : { type: typeOf(file.getName()) });
}
