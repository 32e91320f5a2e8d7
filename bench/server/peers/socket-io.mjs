// node socket-io.mjs PORT: a hub on Socket.IO, WebSocket only. `join` joins a room, `say` sends to all who are in it.
import { Server } from "socket.io";

const port = Number(process.argv[2]);
const server = new Server({ transports: ["websocket"], perMessageDeflate: false, serveClient: false });
server.on("connection", (socket) => {
  socket.on("join", (channel) => {
    socket.join(channel);
    socket.emit("joined", channel);
  });
  socket.on("say", (channel, text) => server.to(channel).emit("said", text));
});
server.listen(port);
console.log(`listening on ${port}`);
