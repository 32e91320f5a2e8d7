// The folder that the container image is built from.
import { copyFileSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { rootCertificates } from "node:tls";
import { buildWithZig } from "./dist.mjs";
import { Unavailable } from "./parts.mjs";
import { TARGETS } from "./server-targets.mjs";
import { root, target } from "./workspace.mjs";

const containerFolder = join(target, "container");

/** The static server, the certificates of the authorities that Mozilla trusts, and the Containerfile. */
export async function packContainer() {
  // A container runs on Linux, on the processor of this computer, and brings no C library.
  const image = TARGETS.find(({ os, cpu, libc }) => os === "linux" && cpu === process.arch && libc === "musl");
  if (!image) throw new Unavailable(`there is no container image for the processor ${process.arch}`);
  const server = await buildWithZig(image.rustTarget);
  rmSync(containerFolder, { recursive: true, force: true });
  mkdirSync(containerFolder, { recursive: true });
  copyFileSync(server, join(containerFolder, "xano-realtime-server"));
  // Docker looks for a file of this name alone, Podman and buildah also for this one.
  copyFileSync(join(root, "server/container/Containerfile"), join(containerFolder, "Dockerfile"));
  // Node carries Mozilla's list, so the image does not depend on the computer that it is made on.
  writeFileSync(join(containerFolder, "ca-certificates.crt"), `${rootCertificates.join("\n")}\n`);
}
