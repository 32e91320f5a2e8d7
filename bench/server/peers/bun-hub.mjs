// bun bun-hub.mjs PORT: a plain hub on uWebSockets, which Bun serves WebSockets with. `join CHANNEL` joins,
// `say CHANNEL TEXT` sends TEXT to all who joined, by the topics of uWebSockets.
const server = Bun.serve({
  hostname: "127.0.0.1",
  port: Number(process.argv[2]),
  fetch(request, server) {
    if (!server.upgrade(request)) return new Response("a WebSocket alone", { status: 426 });
  },
  websocket: {
    perMessageDeflate: false,
    // No message is dropped because a client is slow: every delivery counts.
    backpressureLimit: 1024 * 1024 * 1024,
    message(socket, text) {
      const [word, channel] = text.split(" ", 2);
      if (word === "join") {
        socket.subscribe(channel);
        socket.send(`joined ${channel}`);
        return;
      }
      server.publish(channel, text.slice(word.length + channel.length + 2));
    },
  },
});
console.log(`listening on ${server.port}`);
