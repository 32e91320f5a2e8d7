import { failures } from "wasm:words";

/** A failure that Rust has named, as an error. */
export function failure(code) {
  return coded(...failures.find(([candidate]) => candidate === code));
}

/** An error of this client: `code` is for programs, the message for people. */
export function coded(code, message) {
  return Object.assign(new Error(message), { code });
}

/** An error in the words of the original, with what to do about it. */
export function hinted(message, hint) {
  return Object.assign(new Error(message), { hint });
}
