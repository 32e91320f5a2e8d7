// Several servers on one Redis, behind a balancer: to clients they are one.

import { startBalancer } from "./balancer.js";
import { startRedis } from "./redis.js";
import { Served, SingleServer } from "./single-server.js";

/** The options are those of `startServer`; `size`: how many servers. */
export async function startCluster(options = {}) {
  const cluster = new Cluster(options);
  await cluster.start();
  return cluster;
}

export class Cluster extends Served {
  #options;
  #balancer;
  redis;
  /** Each can be stopped, killed and started by itself. */
  nodes = [];

  constructor(options) {
    super(options);
    this.#options = options;
  }

  /** Where the balancer listens. */
  get port() {
    return this.#balancer.port;
  }

  adminToken() {
    return ADMIN_TOKEN;
  }

  /** Starts what does not run: the first time everything, from then on the servers. */
  async start() {
    if (this.redis) return this.#each((node) => node.start());
    const { size = 2, ...options } = this.#options;
    this.redis = await startRedis();
    const shared = { ...options, redis: this.redis.url, adminToken: ADMIN_TOKEN };
    this.nodes = Array.from({ length: size }, () => new SingleServer(shared));
    await this.#each((node) => node.start());
    this.#balancer = await startBalancer(this.nodes.map(({ port }) => port));
  }

  /** Ends all servers as an operator does. */
  stop() {
    return this.#each((node) => node.stop());
  }

  /** Ends all servers as a crash does. */
  kill() {
    return this.#each((node) => node.kill());
  }

  async dispose() {
    this.#balancer?.close();
    await this.#each((node) => node.dispose());
    await this.redis?.dispose();
  }

  #each(work) {
    return Promise.all(this.nodes.map(work));
  }
}

const ADMIN_TOKEN = "the admin token of the servers under test";
