// node ws-hub.mjs PORT: a plain hub on `ws`. `join CHANNEL` joins, `say CHANNEL TEXT` sends TEXT to all who joined.
import { WebSocketServer } from "ws";

const members = new Map();
const server = new WebSocketServer({ host: "127.0.0.1", port: Number(process.argv[2]), perMessageDeflate: false });

server.on("connection", (socket) => {
  const joined = [];
  socket.on("message", (data) => {
    const [word, channel] = data.toString("latin1", 0, 32).split(" ", 2);
    if (word === "join") {
      if (!members.has(channel)) members.set(channel, new Set());
      members.get(channel).add(socket);
      joined.push(channel);
      socket.send(`joined ${channel}`);
      return;
    }
    const text = data.subarray(word.length + channel.length + 2);
    for (const member of members.get(channel) ?? []) member.send(text, { binary: false });
  });
  socket.on("close", () => {
    for (const channel of joined) members.get(channel).delete(socket);
  });
});
server.on("listening", () => console.log(`listening on ${process.argv[2]}`));
