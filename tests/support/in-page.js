// Runs in every page before anything else: keeps what the page's channels and the page itself were told.

window.probe = {
  channels: new Map(), // name -> channel object
  actions: new Map(), // name -> every action its handlers got, in order, as plain JSON
  uncaught: [], // what reached window's `error` and `unhandledrejection`

  connect(settings) {
    this.client = new window.XanoClient(settings);
  },

  open(name, options) {
    const channel = this.client.channel(name, options);
    const actions = [];
    const collect = (action) => void actions.push(JSON.parse(JSON.stringify(action)));
    this.channels.set(name, channel);
    this.actions.set(name, actions);
    channel.on(collect, collect);
  },

  /** Payloads of the public and private messages that came, oldest first. */
  messages(name) {
    return this.of(name, "message").map((action) => action.payload);
  },

  of(name, kind) {
    return this.actions.get(name).filter((action) => action.action === kind);
  },

  /** Entries of every history that came with a join or an answer, oldest first. */
  history(name) {
    return this.of(name, "history").flatMap((action) => action.payload.history);
  },

  /** Socket ids of those present, in the channel's own order. */
  present(name) {
    return this.channels
      .get(name)
      .getPresence()
      .map((member) => member.socketId);
  },

  /** Their names, in the same order. */
  presentAs(name) {
    return this.channels
      .get(name)
      .getPresence()
      .map((member) => member.extras.name ?? "anonymous");
  },
};

window.addEventListener("error", (event) => probe.uncaught.push(String(event.message)));
window.addEventListener("unhandledrejection", (event) => probe.uncaught.push(`rejected: ${event.reason}`));
