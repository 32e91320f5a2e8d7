// The server that the tests talk to: the real binary. With XANO_CLUSTER=1 it is two of them on one Redis, behind a
// balancer.

import { Cluster } from "./cluster.js";
import { SingleServer } from "./single-server.js";

/**
 * Starts the server on 127.0.0.1 and resolves once it listens.
 *
 * @param {object} [options]
 * @param {object} [options.settings] content of the settings file; default: the built-in settings
 * @param {Record<string, number>} [options.limits] given as `--limit NAME=VALUE`
 * @param {string} [options.www] folder to serve
 * @param {string} [options.secret] key that signs auth tokens; default: one that nobody knows
 * @param {string} [options.redis] URL of what several servers share
 */
export async function startServer(options = {}) {
  const server = IS_CLUSTER ? new Cluster(options) : new SingleServer(options);
  await server.start();
  return server;
}

/** Whether it is several. */
export const IS_CLUSTER = Boolean(process.env.XANO_CLUSTER);
