// A Worker: it says hello to the server whose settings it is sent, or follows the redirect of the URL that it is sent.

import * as xano from "xano-wasm";
import { follow } from "./redirected.js";
import { sayHello } from "./say-hello.js";

const PROGRAMS = {
  "/hello": async (request) => sayHello(xano.XanoClient, await request.json()),
  "/redirect": async (request) => follow(xano, await request.text()),
};

export default {
  async fetch(request) {
    try {
      return new Response(await PROGRAMS[new URL(request.url).pathname](request));
    } catch (error) {
      return new Response(`${error?.stack ?? error}`, { status: 500 });
    }
  },
};
