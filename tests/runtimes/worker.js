// A Worker: it says hello to the server whose settings it is sent.

import { XanoClient } from "xano-wasm";
import { sayHello } from "./say-hello.js";

export default {
  async fetch(request) {
    try {
      return new Response(await sayHello(XanoClient, await request.json()));
    } catch (error) {
      return new Response(`${error?.stack ?? error}`, { status: 500 });
    }
  },
};
