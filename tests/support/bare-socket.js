// Runs in a page: Realtime V2 with the browser's own WebSocket and no client, as Xano's documentation describes it: the token
// is the subprotocol, a ping asks until the service is ready, a channel is joined once, a broadcast names its message.

window.bare = {
  frames: [], // every frame that has come, oldest first
  closes: [], // the close codes
  socket: null,

  /** Resolves when the service has answered the first ping; rejects when it closes the socket before. */
  connect(url, token) {
    const socket = token ? new WebSocket(url, token) : new WebSocket(url);
    this.socket = socket;
    return new Promise((resolve, reject) => {
      socket.onopen = () => this.send({ action: "ping" });
      socket.onmessage = ({ data }) => {
        const frame = JSON.parse(data);
        this.frames.push(frame);
        if (frame.action === "pong") resolve();
        if (frame.payload?.message === "Connection is not ready") setTimeout(() => this.send({ action: "ping" }), 100);
        this.changed();
      };
      socket.onclose = ({ code }) => {
        this.closes.push(code);
        reject(new Error(`closed with ${code}`));
        this.changed();
      };
    });
  },

  send(frame) {
    this.socket.send(JSON.stringify(frame));
  },

  join(channel, client_id) {
    this.send({ action: "join", options: { channel, client_id }, payload: { history: true, presence: true } });
  },

  broadcast(channel, type, payload, to) {
    this.send({ action: "broadcast", type, options: { channel, to }, payload });
  },

  ack(channel, id, client_id) {
    this.send({ action: "ack", id, options: { channel, client_id, id }, payload: { cursor: id } });
  },

  of(action) {
    return this.frames.filter((frame) => frame.action === action);
  },

  /** Resolves to what `find` finds, once it finds something: it looks after every frame and close. */
  until(find) {
    return new Promise((resolve, reject) => {
      const deadline = setTimeout(() => {
        reject(new Error(`not found: ${find}; the frames were ${JSON.stringify(this.frames)}`));
      }, 20_000);
      const look = () => {
        const found = find();
        if (!found) return;
        clearTimeout(deadline);
        this.waiting.delete(look);
        resolve(found);
      };
      this.waiting.add(look);
      look();
    });
  },

  waiting: new Set(),
  changed() {
    for (const look of [...this.waiting]) look();
  },
};
