import { XanoClient as HttpClient } from "xano-wasm/http";
import { XanoClient as ChannelClient } from "xano-wasm/realtime";
import { sayHello } from "./say-hello.js";

globalThis.WebSocket ??= (await import("ws")).default;

const settings = JSON.parse(process.argv[2]);
const hello = await sayHello(ChannelClient, settings);
const client = new HttpClient(settings);
const base = settings.instanceBaseUrl ?? settings.apiGroupBaseUrl;
const { status } = await client.get(new URL("/health", base).href);
try {
  client.channel();
} catch ({ code }) {
  console.log(hello, code, status);
}
