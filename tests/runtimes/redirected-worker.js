// A Worker: it follows the redirect of the URL that it is sent.

import * as xano from "xano-wasm";
import { follow } from "./redirected.js";

export default {
  async fetch(request) {
    try {
      return new Response(await follow(xano, await request.text()));
    } catch (error) {
      return new Response(`${error?.stack ?? error}`, { status: 500 });
    }
  },
};
