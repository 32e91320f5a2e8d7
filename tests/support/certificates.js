// A certificate that Chromium trusts: that of `--tls`, in the certificate store of a home of its own.

import { execFile } from "node:child_process";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);

/** A home with a place for the server's authority. `env` is for the server and for the browser alike. */
export async function makeHome() {
  const home = await mkdtemp(join(tmpdir(), "xano-home-"));
  const store = join(home, ".pki/nssdb");
  await mkdir(store, { recursive: true });
  return {
    env: { HOME: home, XDG_DATA_HOME: join(home, "data") },
    /** Where the server keeps its authority's certificate. */
    authority: join(home, "data/xano-realtime-server/tls/ca.pem"),
    /** As `docs/server.md` says. */
    async trust(certificate) {
      await run("certutil", ["-d", `sql:${store}`, "-N", "--empty-password"]);
      await run("certutil", ["-d", `sql:${store}`, "-A", "-t", "C,,", "-n", "xano-realtime-server", "-i", certificate]);
    },
    dispose: () => rm(home, { recursive: true, force: true }),
  };
}
