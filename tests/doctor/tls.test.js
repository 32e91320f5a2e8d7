// What the doctor says of certificates: our server behind TLS, with certificates that openssl makes.

import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import tls from "node:tls";
import { examined } from "../support/doctor.js";
import { startServer } from "../support/server.js";
import { HASH } from "../support/settings.js";

const skip = spawnSync("openssl", ["version"]).status !== 0 && "openssl is not installed: there are no certificates";

describe("a server with TLS", { skip }, () => {
  let server, folder;
  before(async () => {
    folder = mkdtempSync(join(tmpdir(), "xano-doctor-"));
    server = await startServer();
  });
  after(async () => {
    await server?.dispose();
    if (folder) rmSync(folder, { recursive: true });
  });

  test("whose certificate is for this name passes every step", async (t) => {
    const { port, trusted } = await withCertificate(t, "localhost");
    const { status, step } = await examined(argumentsAt(port), trusted);
    assert.equal(step("TLS").says, "The certificate is valid for localhost.");
    assert.equal(step("message").outcome, "holds");
    assert.equal(status, 0);
  });

  test("whose certificate is for another name has that name told", async (t) => {
    const { port, trusted } = await withCertificate(t, "realtime.example.com");
    const { status, step } = await examined(argumentsAt(port), trusted);
    assert.equal(status, 1);
    assert.equal(step("TLS").says, "The certificate is for realtime.example.com, not for localhost.");
    assert.match(step("TLS").todo, /^Use a base URL with a name that the certificate has/);
    assert.equal(step("socket").says, "Not tried: it needs the step “TLS”.");
  });

  test("whose certificate is not signed by a known authority has the way out told", async (t) => {
    const { port } = await withCertificate(t, "localhost");
    const { status, step } = await examined(argumentsAt(port));
    assert.equal(status, 1);
    assert.match(step("TLS").says, /^The certificate is not signed by an authority that this machine trusts/);
    assert.match(step("TLS").todo, /NODE_EXTRA_CA_CERTS=ca\.pem/);
  });

  test("that speaks no TLS at all is told as that", async () => {
    const { status, step } = await examined(argumentsAt(server.port));
    assert.equal(status, 1);
    assert.match(step("TLS").says, new RegExp(`^The server speaks no TLS on port ${server.port}`));
    assert.match(step("TLS").todo, /write http:\/\/ in the base URL\.$/);
  });

  /** A proxy with a certificate for that name. `trusted` makes the doctor trust it. */
  async function withCertificate(t, name) {
    const [key, cert] = ["key.pem", "cert.pem"].map((file) => join(folder, file));
    const subject = ["-subj", `/CN=${name}`, "-addext", `subjectAltName=DNS:${name}`];
    const kind = ["-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"];
    execFileSync("openssl", ["req", ...kind, ...subject, "-keyout", key, "-out", cert], { stdio: "ignore" });
    const proxy = tls.createServer({ key: readFileSync(key), cert: readFileSync(cert) }, (near) => {
      const far = connect(server.port, "127.0.0.1");
      for (const socket of [near, far]) socket.on("error", () => {});
      near.pipe(far).pipe(near);
    });
    // A client that distrusts the certificate breaks the handshake off.
    proxy.on("tlsClientError", () => {});
    // `localhost` may be an address of either kind.
    proxy.listen(0, "localhost");
    await once(proxy, "listening");
    t.after(() => proxy.close());
    return { port: proxy.address().port, trusted: { NODE_EXTRA_CA_CERTS: cert } };
  }

  function argumentsAt(port) {
    return ["--base-url", `https://localhost:${port}`, "--hash", HASH, "--channel", "marvel-chat-room"];
  }
});
