// The servers that are measured and how each is started.
import { join } from "node:path";
import {
  bun,
  ensureBun,
  ensureMosquitto,
  ensureNats,
  ensureNchan,
  ensureSockudo,
  nchanModule,
  sockudo,
} from "../../scripts/lib/prerequisites.mjs";
import { releaseBinary } from "../../scripts/lib/workspace.mjs";
import { filledIn } from "./running.mjs";

const here = import.meta.dirname;

/** Raised, never off: every frame is still counted against them. */
const LIMITS = { messages_per_second: 10_000_000, message_burst: 10_000_000, bytes_per_second: 10_000_000_000 };

/**
 * @typedef Contender
 * @property {string} name
 * @property {string} dialect as the load generator calls it
 * @property {() => Promise<unknown>} [ensure] installs what it needs, or says that it cannot be had
 * @property {number} [servers] that act as one, each with a port; 1 where nothing is said
 * @property {(place: { port: number, ports: number[], folder: string }) => string[]} command
 */

const OPTIONS = [
  ...["--config", join(here, "settings.json")],
  ...Object.entries(LIMITS).flatMap(([name, limit]) => ["--limit", `${name}=${limit}`]),
];

const OURS_ON_ANY_PORT = [releaseBinary("xano-realtime-server"), ...OPTIONS];

const OURS = {
  name: "ours",
  dialect: "xano",
  command: ({ port }) => [...OURS_ON_ANY_PORT, "--listen", `127.0.0.1:${port}`],
};

/** The same server, spoken to in Realtime V2. */
const OURS_V2 = { ...OURS, name: "ours, V2", dialect: "xano-v2" };

/** Another build of the server, to see what a change costs: the path of its program. */
const { XANO_BENCH_BEFORE } = process.env;

const BEFORE = {
  name: "ours, before",
  dialect: "xano",
  command: ({ port }) => [XANO_BENCH_BEFORE, ...OPTIONS, "--listen", `127.0.0.1:${port}`],
};

const WS = {
  name: "ws",
  dialect: "hub",
  command: ({ port }) => [process.execPath, join(here, "peers/ws-hub.mjs"), String(port)],
};

/** The fastest WebSocket server in wide use; the budgets are multiples of its figures. */
export const UWEBSOCKETS = {
  name: "uWebSockets",
  dialect: "hub",
  ensure: ensureBun,
  command: ({ port }) => [bun, join(here, "peers/bun-hub.mjs"), String(port)],
};

const NATS = {
  name: "NATS",
  dialect: "nats",
  ensure: ensureNats,
  command: (place) => ["nats-server", "-c", filledIn("nats.conf", place)],
};

/** Not a peer: what the kernel asks for one `write` per delivery. */
const BARE = {
  name: "bare write",
  dialect: "hub",
  command: ({ port }) => [releaseBinary("bench-load"), "bare-hub", "--listen", `127.0.0.1:${port}`],
};

const SOCKET_IO = {
  name: "socket.io",
  dialect: "socket-io",
  command: ({ port }) => [process.execPath, join(here, "peers/socket-io.mjs"), String(port)],
};

const MOSQUITTO = {
  name: "mosquitto",
  dialect: "mqtt",
  ensure: ensureMosquitto,
  command: (place) => ["mosquitto", "-c", filledIn("mosquitto.conf", place)],
};

/** What the load generator signs its joins with; client events on private channels are the way to publish in it. */
const SOCKUDO_SETTINGS = {
  HOST: "127.0.0.1",
  RUST_LOG: "warn",
  ADAPTER_DRIVER: "local",
  CACHE_DRIVER: "memory",
  QUEUE_DRIVER: "memory",
  RATE_LIMITER_ENABLED: "false",
  METRICS_ENABLED: "false",
  SOCKUDO_DEFAULT_APP_ID: "bench",
  SOCKUDO_DEFAULT_APP_KEY: "bench",
  SOCKUDO_DEFAULT_APP_SECRET: "bench-secret",
  SOCKUDO_DEFAULT_APP_ENABLED: "true",
  SOCKUDO_DEFAULT_APP_ENABLE_CLIENT_MESSAGES: "true",
  SOCKUDO_DEFAULT_APP_MAX_CONNECTIONS: 100_000,
  SOCKUDO_DEFAULT_APP_MAX_CLIENT_EVENTS_PER_SECOND: 10_000_000,
};

const SOCKUDO = {
  name: "sockudo",
  dialect: "pusher",
  ensure: ensureSockudo,
  command: ({ port }) => [
    "env",
    ...Object.entries({ PORT: port, ...SOCKUDO_SETTINGS }).map(([name, value]) => `${name}=${value}`),
    sockudo,
  ],
};

/** @type {Contender} for loads that no peer can be put under */
export const OURS_ALONE = OURS;

/** @type {Contender[]} our server alone, and sharing its channels */
export const OURS_ALONE_AND_SHARED = [
  { ...OURS, name: "one, in memory" },
  overRedis("one, over Redis", 1),
  overRedis("two, over Redis", 2),
];

/** @type {Contender[]} */
export const CONTENDERS = [
  OURS,
  OURS_V2,
  ...(XANO_BENCH_BEFORE ? [BEFORE] : []),
  UWEBSOCKETS,
  NATS,
  nchan(1),
  nchan(2),
  MOSQUITTO,
  WS,
  BARE,
];

/** @type {Contender[]} with `--all` these too */
export const FURTHER_CONTENDERS = [SOCKET_IO, SOCKUDO];

/** What they cost includes their Redis. */
function overRedis(name, servers) {
  return {
    name,
    dialect: "xano",
    servers,
    command: ({ ports, folder }) => [
      process.execPath,
      ...[join(here, "peers/over-redis.mjs"), folder, ports.join(), ...OURS_ON_ANY_PORT],
    ],
  };
}

function nchan(workers) {
  return {
    name: workers === 1 ? "nchan, 1 worker" : `nchan, ${workers} workers`,
    dialect: "nchan",
    ensure: ensureNchan,
    command: (place) => {
      const config = filledIn("nchan.conf", { ...place, workers, module: nchanModule() });
      return ["nginx", "-p", place.folder, "-c", config];
    },
  };
}
