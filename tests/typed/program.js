// Runs in the page: one random program, on a server that is in the page as well.

const CHANNELS = ["x-men", "avengers"];
const TOKENS = ["", "magneto", "xavier"];
const KEPT = 30;

/** What the page's sockets talk to: channels with histories, ids, and keys that are taken once. */
class Server {
  sockets = new Set();
  epoch = 1;
  /** Everything that was ever said on a channel, in order; a restart does not forget it, as it is the judge's. */
  said = Object.fromEntries(CHANNELS.map((name) => [name, []]));
  counts = { repeats: 0 };

  constructor() {
    this.#forget();
  }

  #forget() {
    this.logs = Object.fromEntries(CHANNELS.map((name) => [name, []]));
    this.keys = new Map();
    this.count = 0;
  }

  restart() {
    this.epoch += 1;
    this.#forget();
    for (const socket of [...this.sockets]) socket.end(1006);
  }

  receive(socket, { action, options, payload }) {
    const { channel } = options ?? {};
    if (action === "join") this.#join(socket, channel, payload);
    if (action === "leave") socket.joined.delete(channel);
    if (action === "message" && socket.joined.has(channel)) this.#say(socket, channel, payload, options.key);
  }

  #join(socket, channel, { since }) {
    const log = this.logs[channel];
    socket.joined.add(channel);
    const recover = { epoch: `${this.epoch}`, id: log.at(-1)?.options.id ?? null };
    socket.tell({ action: "join", options: { channel }, payload: { ext: { publish: 1, recover } } });
    if (!since) return;
    const isKnown = since.epoch === `${this.epoch}`;
    const missed = isKnown ? log.filter(({ options }) => Number(options.id) > Number(since.id ?? 0)) : log;
    const first = Number(missed[0]?.options.id ?? 0);
    const isWhole = missed.length <= KEPT;
    const history = missed.slice(-KEPT);
    socket.tell({ action: "history", options: { channel }, payload: { history, complete: isKnown && isWhole, first } });
  }

  #say(socket, channel, payload, key) {
    const known = key && this.keys.get(key);
    if (known) this.counts.repeats += 1;
    this.count += 1;
    const entry = known ?? { action: "message", options: { channel, id: `${this.count}` }, payload };
    if (!known) {
      this.logs[channel].push(entry);
      this.said[channel].push(payload.text);
      if (key) this.keys.set(key, entry);
      for (const other of this.sockets) if (other !== socket && other.joined.has(channel)) other.tell(entry);
    }
    socket.tell(key ? { ...entry, options: { ...entry.options, key } } : entry);
  }
}

/** Stands for the browser's WebSocket. */
class Socket extends EventTarget {
  static OPEN = 1;
  readyState = 0;
  bufferedAmount = 0;
  joined = new Set();
  /** Whether what the client sends is lost from now on, or what the server sends. */
  losesSent = false;
  losesTold = false;

  constructor(_url, protocol = "") {
    super();
    this.protocol = protocol;
    server.sockets.add(this);
    setTimeout(() => {
      if (this.readyState !== 0) return;
      if (dice.chance(0.2)) return this.end(1006);
      this.readyState = 1;
      this.dispatchEvent(new Event("open"));
    });
  }

  send(text) {
    if (this.readyState === 1 && !this.losesSent) server.receive(this, JSON.parse(text));
  }

  tell(frame) {
    if (this.losesTold) return;
    const data = JSON.stringify(frame);
    setTimeout(() => this.readyState === 1 && this.dispatchEvent(new MessageEvent("message", { data })));
  }

  close(code) {
    if (this.readyState >= 2) return;
    this.readyState = 2;
    server.sockets.delete(this);
    setTimeout(() => this.#closed(code));
  }

  /** The network, or the server, has ended it. */
  end(code) {
    server.sockets.delete(this);
    this.#closed(code);
  }

  #closed(code) {
    if (this.readyState === 3) return;
    this.readyState = 3;
    this.dispatchEvent(new CloseEvent("close", { code }));
  }
}

let server;
let dice;
const turn = () => new Promise((resolve) => setTimeout(resolve));

window.runProgram = async (seed, steps) => {
  dice = new Dice(seed);
  server = new Server();
  Math.random = () => 0; // no delay before an attempt
  window.WebSocket = Socket;
  const program = new Program();
  for (let step = 0; step < steps; step += 1) {
    program.step();
    if (dice.chance(0.5)) {
      await turn();
      program.hasLeft = false;
    }
  }
  return program.end();
};

class Program {
  clients = [];
  members = [];
  outcomes = [];
  published = new Set();
  complaints = [];
  said = 0;
  /** Whether a channel was left in this turn: frames of before may still come, to who joins it anew. */
  hasLeft = false;
  counts = { heard: 0, replayed: 0, gaps: 0, taken: 0, unconfirmed: 0, Closed: 0, regrouped: 0 };

  constructor() {
    this.before = ledger.count();
  }

  step() {
    const work = dice.weighted({
      connect: 4,
      join: 8,
      say: 15,
      publish: 25,
      leave: 2,
      drop: 1,
      retoken: 3,
      reconnect: 2,
      cut: 6,
      lose: 4,
      fill: 3,
      restart: 1,
    });
    this[work]();
  }

  connect() {
    if (this.clients.length < 4) this.clients.push(new Client({ ...settings, token: dice.pick(TOKENS) }));
  }

  join() {
    if (!this.clients.length || this.hasLeft) return;
    const channel = dice.pick(CHANNELS);
    const client = dice.pick(this.clients);
    // One of each channel: a further handle of the same client is the same channel.
    if (this.members.some((member) => member.client === client && member.name === channel)) return;
    const handle = client.join(channel, false, false, true);
    const heard = [];
    const subscription = handle.on_message((words) => heard.push(words));
    this.members.push({ client, name: channel, handle, heard, subscription });
  }

  say() {
    if (this.members.length) dice.pick(this.members).handle.say("0", this.text());
  }

  publish() {
    if (!this.members.length) return;
    const { handle, name } = dice.pick(this.members);
    const text = this.text();
    const taken = (id) => ({ text, name, code: "taken", id });
    this.published.add(text);
    this.outcomes.push(handle.publish("0", text).then(taken, ({ code }) => ({ text, name, code })));
  }

  text() {
    this.said += 1;
    return `t${this.said}`;
  }

  leave() {
    const [member] = this.members.splice(dice.below(this.members.length), 1);
    if (member) this.dismiss(member);
  }

  dismiss(member) {
    this.hasLeft = true;
    this.judge(member);
    member.subscription.free();
    member.handle.free();
  }

  drop() {
    const [client] = this.clients.splice(dice.below(this.clients.length), 1);
    if (!client) return;
    const [gone, left] = [[], []];
    for (const member of this.members) (member.client === client ? gone : left).push(member);
    this.members = left;
    client.free();
    for (const member of gone) this.dismiss(member);
  }

  retoken() {
    if (!this.clients.length) return;
    dice.pick(this.clients).set_token(dice.pick(TOKENS));
    this.counts.regrouped += 1;
  }

  reconnect() {
    if (this.clients.length) dice.pick(this.clients).reconnect();
  }

  cut() {
    if (server.sockets.size) dice.pick([...server.sockets]).end(1006);
  }

  /** From now on one direction of a socket is lost; it ends soon. */
  lose() {
    if (!server.sockets.size) return;
    const socket = dice.pick([...server.sockets]);
    socket[dice.pick(["losesSent", "losesTold"])] = true;
    setTimeout(() => socket.end(1006), dice.below(5));
  }

  fill() {
    for (const socket of server.sockets) socket.bufferedAmount = dice.chance(0.3) ? 1_000_000 : 0;
  }

  restart() {
    server.restart();
  }

  /** Everything mends; what is told and what is left is looked at. */
  async end() {
    dice.chance = () => false;
    const deadline = performance.now() + 10_000;
    let settled = 0;
    for (const outcome of this.outcomes) outcome.then(() => (settled += 1));
    for (const { handle } of this.members) await handle.joined().catch(() => {});
    while (settled < this.outcomes.length && performance.now() < deadline) {
      for (const socket of server.sockets) socket.bufferedAmount = 0;
      await turn();
    }
    if (settled < this.outcomes.length) {
      this.complaints.push(`${this.outcomes.length - settled} of ${this.outcomes.length} have no outcome`);
    } else for (const outcome of await Promise.all(this.outcomes)) this.judgeOutcome(outcome);
    await turn();
    for (const member of this.members) this.dismiss(member);
    for (const client of this.clients) client.free();
    for (let times = 0; times < 10; times += 1) await turn();
    const [before, after] = [JSON.stringify(this.before), JSON.stringify(ledger.count())];
    if (before !== after) this.complaints.push(`left behind: ${after}, before: ${before}`);
    return { complaints: this.complaints, counts: { ...this.counts, ...server.counts } };
  }

  judgeOutcome({ text, name, code }) {
    const times = server.said[name].filter((other) => other === text).length;
    this.counts[code] = (this.counts[code] ?? 0) + 1;
    if (code === "taken" && times !== 1) this.complaints.push(`${text} is taken, and was said ${times} times`);
    if (times > 1) this.complaints.push(`${text} was said ${times} times`);
    if (!["taken", "unconfirmed", "Closed", "queue_full"].includes(code)) this.complaints.push(`${text}: ${code}`);
  }

  /**
   * In order, nothing twice, and nothing missing but where a gap was told. Behind a gap, the echo of a message that was sent
   * again comes late.
   */
  judge({ name, heard }) {
    const said = server.said[name];
    const seen = new Set();
    let at;
    let hasGap = false;
    let hadGap = false;
    for (const words of heard) {
      const [, replayed, text] = /^0( \(replayed\))?: (\w+) \[\d+\]$/.exec(words) ?? [];
      if (text === undefined) {
        if (words !== "gap" && words !== "gap possible") this.complaints.push(`on ${name}: ${words}`);
        this.counts.gaps += 1;
        hasGap = true;
        hadGap = true;
        continue;
      }
      this.counts.heard += 1;
      if (replayed) this.counts.replayed += 1;
      const index = said.indexOf(text);
      if (seen.has(text)) this.complaints.push(`${text} on ${name}: twice`);
      seen.add(text);
      if (at !== undefined && index <= at) {
        if (hadGap && this.published.has(text)) continue;
        this.complaints.push(`${text} on ${name}: in another order`);
      }
      if (at !== undefined && index > at + 1 && !hasGap) {
        this.complaints.push(`on ${name} ${said.slice(at + 1, index)} before ${text}: missing, and not told`);
      }
      at = index;
      hasGap = false;
    }
  }
}
