// A query as axios writes it: `a=1&list%5B%5D=x&nested%5Bkey%5D=y`.

import { failure } from "./failure.js";

/** @param {any} params */
export function query(params) {
  if (params instanceof URLSearchParams) return `${params}`;
  if (typeof params !== "object") throw new TypeError("target must be an object");
  /** @type {string[]} */
  const pairs = [];
  walk(params, [], (name, value) => pairs.push(`${encode(name)}=${encode(text(value))}`));
  return pairs.join("&");
}

/**
 * @param {any} value
 * @param {string[]} path
 * @param {(name: string, value: any) => void} append
 */
function walk(value, path, append) {
  for (const [key, item] of Object.entries(value)) {
    if (item === undefined || item === null) continue;
    const name = key.trim();
    if (path.length === 0 && typeof item === "object") {
      if (name.endsWith("{}")) {
        append(name, JSON.stringify(item));
        continue;
      }
      const list = listOf(name, item);
      if (list) {
        for (const member of list) {
          if (member !== undefined && member !== null) append(`${bare(name)}[]`, member);
        }
        continue;
      }
    }
    if (isBranch(item)) walk(item, [...path, key], append);
    else append(path.length === 0 ? name : nested([...path, name]), item);
  }
}

/**
 * The members of what is written as a list: an array of plain values, or whatever is named `key[]`.
 * @param {string} name
 * @param {any} value
 */
function listOf(name, value) {
  if (Array.isArray(value)) return (name.endsWith("[]") || !value.some(isBranch)) && value;
  return name.endsWith("[]") && typeof value.length === "number" && Array.from(value);
}

/** @param {string[]} path */
function nested(path) {
  return path.map((key, depth) => (depth ? `[${bare(key)}]` : bare(key))).join("");
}

/** @param {string} key */
function bare(key) {
  return key.endsWith("[]") ? key.slice(0, -2) : key;
}

/**
 * What is walked into: arrays and plain objects. Anything else is a value.
 * @param {any} value
 */
function isBranch(value) {
  if (Array.isArray(value)) return true;
  if (typeof value !== "object" || value === null) return false;
  const prototype = Object.getPrototypeOf(value);
  const isPlain = prototype === null || Object.getPrototypeOf(prototype) === null;
  return isPlain && !(Symbol.toStringTag in value) && !(Symbol.iterator in value);
}

/** @param {any} value */
function text(value) {
  if (value instanceof Blob) throw failure("Blob is not supported. Use a Buffer instead.");
  return value instanceof Date ? value.toISOString() : value;
}

/** @param {any} value */
function encode(value) {
  return encodeURIComponent(value)
    .replaceAll("%3A", ":")
    .replaceAll("%24", "$")
    .replaceAll("%2C", ",")
    .replaceAll("%20", "+");
}
