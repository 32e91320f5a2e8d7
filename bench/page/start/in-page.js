// A classic script, before everything else: what happens in a cold page, and when, in milliseconds.

// The original connects to wss:// and drops the port.
const Native = window.WebSocket;
const speaker = new URLSearchParams(location.search).get("server");
window.WebSocket = class WebSocket extends Native {
  constructor() {
    super(speaker);
  }
};

const SETTINGS = { instanceBaseUrl: "https://bench.test", realtimeConnectionHash: "bench" };

/** Since the page was asked for. */
const moments = {};

/** For the page, as soon as it has the class. */
window.start = (Client) => {
  const client = new Client(SETTINGS);
  moments.client = performance.now();
  client.channel("hello").on(({ action }) => {
    moments[action] ??= performance.now();
    if (action === "message") finish(moments);
  });
};

/** The script, which is here already, until the first channel is asked for: WebAssembly is compiled only then. */
window.evaluate = async (url) => {
  const text = await (await fetch(url)).text();
  const script = document.createElement("script");
  // The engine may know the text from the page before.
  script.textContent = `${text}\n//${Math.random()}`;
  const begin = performance.now();
  document.head.append(script);
  new XanoClient(SETTINGS).channel("hello");
  finish({ evaluation: performance.now() - begin });
};

let finish;
const finished = new Promise((resolve) => {
  finish = resolve;
});
window.measure = () => finished;
