// The platforms for which the server is on npm, each as a package of its own. A new platform is a new row.
import { createRequire } from "node:module";

const { packageName, programName } = createRequire(import.meta.url)("../../server/npm/lib/binary.cjs");

/** `os`, `cpu` and `libc` as in package.json, where they tell npm which of the packages to install. */
export const TARGETS = [
  target("x86_64-unknown-linux-gnu", { os: "linux", cpu: "x64", libc: "glibc" }),
  target("aarch64-unknown-linux-gnu", { os: "linux", cpu: "arm64", libc: "glibc" }),
  target("x86_64-unknown-linux-musl", { os: "linux", cpu: "x64", libc: "musl" }),
  target("aarch64-unknown-linux-musl", { os: "linux", cpu: "arm64", libc: "musl" }),
  target("x86_64-pc-windows-gnu", { os: "win32", cpu: "x64" }),
  target("x86_64-apple-darwin", { os: "darwin", cpu: "x64" }),
  target("aarch64-apple-darwin", { os: "darwin", cpu: "arm64" }),
];

/** The row of the platform that this runs on, or undefined. */
export function ownTarget() {
  const name = packageName();
  return TARGETS.find((target) => target.name === name);
}

function target(rustTarget, { os, cpu, libc }) {
  const name = ["xano-realtime-server", os, cpu, ...(libc === "musl" ? [libc] : [])].join("-");
  return { name, os, cpu, libc, rustTarget, program: programName(os) };
}
