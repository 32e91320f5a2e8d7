// A program for React Native: it says hello, publishes, and tells what its global lacks.

import { XanoClient } from "xano-wasm";
import { sayHello } from "./say-hello.js";

const lacking = ["WebAssembly", "crypto", "TextDecoderStream", "document"].filter((name) => !(name in globalThis));

globalThis.start = async (settings) => {
  try {
    const hello = await sayHello(XanoClient, settings);
    const channel = new XanoClient(settings).channel("marvel-chat-room");
    const { id } = await channel.publish({ text: "Published" });
    channel.destroy();
    host("done", { hello, isNumbered: typeof id === "string" || typeof id === "number", lacking });
  } catch (error) {
    host("failed", `${error?.stack ?? error}`);
  }
};
