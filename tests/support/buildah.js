// Container images and containers by buildah, which needs no service. Everything is kept in one temporary folder.
//
// The containers are isolated by chroot and use the network of this computer: that works inside of a container, too.
// It shows what the image holds and that the server runs with it; namespaces, dropped capabilities and a root that is
// mounted read-only are matters of Docker, Podman or Kubernetes, and not shown.

import { execFile } from "node:child_process";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

const execute = promisify(execFile);

export class Buildah {
  #folder;

  static async start() {
    return new Buildah(await mkdtemp(join(tmpdir(), "xano-buildah-")));
  }

  constructor(folder) {
    this.#folder = folder;
  }

  /** Builds an image out of a folder that holds a Dockerfile. Returns the image's name. */
  async build(folder, name) {
    // Docker's format: the other one, OCI's, has no health check.
    const options = ["--isolation", "chroot", "--format", "docker", "--network", "host"];
    await this.#buildah("bud", ...options, "--tag", name, folder);
    return name;
  }

  /** What Docker reads from the image: user, entry point, variables, health check, ports. */
  async configuration(image) {
    return JSON.parse(await this.#buildah("inspect", "--type", "image", image)).Docker.config;
  }

  /** Makes a container and returns its name. */
  async create(image) {
    return (await this.#buildah("from", image)).trim();
  }

  /** The folder that is the root of the container. */
  async rootOf(container) {
    return (await this.#buildah("mount", container)).trim();
  }

  /** The command line that runs a program in the container; further arguments may follow. */
  command(container, { user, env = {} }, program) {
    const variables = Object.entries(env).flatMap(([name, value]) => ["--env", `${name}=${value}`]);
    const options = ["--isolation", "chroot", "--network", "host", "--user", user, ...variables];
    return ["buildah", ...this.#storage(), "run", ...options, container, "--", ...program];
  }

  async dispose() {
    await this.#buildah("rm", "--all");
    await rm(this.#folder, { recursive: true, force: true });
  }

  async #buildah(...args) {
    return (await execute("buildah", [...this.#storage(), ...args])).stdout;
  }

  /** The driver `vfs` copies files, and needs no support of the kernel. */
  #storage() {
    return ["--storage-driver", "vfs", "--root", join(this.#folder, "root"), "--runroot", join(this.#folder, "run")];
  }
}

/** The process that `buildah run` has started in the container, below processes of its own. */
export async function processIn(buildahRun) {
  const [child] = await childrenOf(buildahRun);
  return child ? processIn(child) : buildahRun;
}

async function childrenOf(process) {
  const threads = await readdir(`/proc/${process}/task`);
  const lists = await Promise.all(
    threads.map((thread) => readFile(`/proc/${process}/task/${thread}/children`, "utf8")),
  );
  return (lists.join(" ").match(/\d+/g) ?? []).map(Number);
}
