// One module for the server and for the browser, as frameworks that render on a server have it.

import { XanoClient } from "xano-wasm";
import { show } from "./show.js";

export const markup = () => `<p>xano-wasm ${XanoClient.version}</p><output></output>`;

/** Runs in browsers only. */
export const effect = () => show(XanoClient);
