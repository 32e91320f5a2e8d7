importScripts("node_modules/xano-wasm/dist/xano.min.js");

addEventListener("message", async ({ data }) => {
  const { sayHello } = await import("./say-hello.js");
  postMessage(await sayHello(XanoClient, data));
});
// The page hears of errors only.
addEventListener("unhandledrejection", ({ reason }) => {
  throw reason;
});
