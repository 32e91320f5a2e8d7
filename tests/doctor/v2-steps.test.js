// What the doctor says of a Realtime V2 service, for each of the usual faults.

import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import { describe, test } from "node:test";
import { doctor, examined } from "../support/doctor.js";
import { ScriptedServer } from "../support/scripted-server.js";
import { ADDRESS, SECRET, settings, tokenOf } from "../support/v2/rooms.js";
import { startV2Service } from "../support/v2-service.js";

const TOKEN = tokenOf(7, { name: "Jill" });

/** A service for one test, with the arguments that the doctor needs for it. `changes` are fields of its server. */
async function service(t, changes) {
  const host = await startV2Service({ settings: settings(changes), secret: SECRET });
  t.after(() => host.close());
  return {
    ...host,
    on: (...more) => ["--v2", "--base-url", host.baseUrl, "--canonical", ADDRESS, ...more],
  };
}

describe("a connection on which everything holds", () => {
  test("passes every step with a token and a type, and the doctor ends with 0", async (t) => {
    const { on, socketUrl } = await service(t);
    const { status, holds, steps, stdout } = await examined(
      on("--channel", "rooms/42", "--type", "send", "--token", TOKEN),
    );
    assert.equal(status, 0);
    assert.equal(holds, true);
    const said = steps.map(({ step, outcome, says }) => [
      step,
      outcome,
      says.replace(/after \d+ ms, at .+/, "after … ms"),
    ]);
    assert.deepEqual(said, [
      ["base URL", "holds", `The address of the socket is ${socketUrl(ADDRESS)}.`],
      ["DNS", "holds", "127.0.0.1 is an address: there is no name to look up."],
      ["TLS", "skipped", "A base URL that begins with http:// uses no TLS."],
      ["HTTP", "holds", "The server answers over HTTP (status 404)."],
      [
        "socket",
        "holds",
        "The socket is open. That says nothing yet: the service looks at the canonical and the token now.",
      ],
      ["ready", "holds", "The service was ready after … ms"],
      ["token", "holds", "The service knows the user: 7 of the auth table 5."],
      [
        "channel",
        "holds",
        "The service has let this connection in (room_id is 42). Messages are delivered at most once.",
      ],
      ["presence", "holds", "The list of members came; it has 1 entry, this one included."],
      ["message", "holds", "The receipt came: delivered to 1 connection. An own copy came back."],
      ["leave", "holds", "The service has confirmed the leave."],
      ["close", "holds", "The service has closed the socket with code 1000."],
    ]);
    assert.equal(stdout.includes(TOKEN), false, "the token is not printed");
  });

  test("waits until the service is ready, and says at which ping that was", async (t) => {
    const { on } = await service(t, { handshake_delay_ms: 400 });
    const { step } = await examined(on());
    assert.match(step("ready").says, /^The service was ready after \d+ ms, at ping [2-9]\.$/);
  });

  test("needs neither a token nor a channel nor a type", async (t) => {
    const { on } = await service(t);
    const { status, step } = await examined(on());
    assert.equal(status, 0);
    for (const name of ["channel", "presence", "message", "leave"]) {
      assert.deepEqual(step(name), { step: name, outcome: "skipped", says: "Give --channel NAME to try this." });
    }
    const { step: onChannel } = await examined(on("--channel", "rooms/42"));
    assert.match(onChannel("message").says, /^Give --type NAME/);
  });

  test("of a channel that delivers at least once names the cursor, and moves none", async (t) => {
    const { on, service: model } = await service(t);
    for (let times = 0; times < 2; times += 1) {
      const { step } = await examined(on("--channel", "orders/7", "--type", "send", "--token", TOKEN));
      assert.match(step("channel").says, /order_id is 7.*at least once, from cursor 0 on\.$/);
    }
    assert.deepEqual(
      model.connections.flatMap((connection) => connection.receivedOf("ack")),
      [],
    );
  });
});

describe("a connection that is refused", () => {
  test("for its canonical says what to copy", async (t) => {
    const { baseUrl } = await service(t);
    const { status, step } = await examined(["--v2", "--base-url", baseUrl, "--canonical", "unknown"]);
    assert.equal(status, 1);
    assert.equal(step("socket").outcome, "holds", "the socket opens all the same");
    assert.equal(step("ready").says, "The service refuses the connection: Unknown connection hash (close code 4401).");
    assert.match(step("ready").todo, /^Copy the canonical out of the settings/);
    assert.equal(step("token").says, "Not tried: it needs the step “ready”.");
  });

  test("for a connection hash of V1 says that it is one", async (t) => {
    const { baseUrl } = await service(t);
    const { step } = await examined(["--v2", "--base-url", baseUrl, "--canonical", "1lK90n16tnnylJpJ0Xa7Km6_KxA"]);
    assert.match(step("ready").todo, /^This is a connection hash of Realtime V1 .+ --hash, and without --v2\.$/);
  });

  test("for its token asks for another one", async (t) => {
    const { on } = await service(t);
    const { status, step, stdout } = await examined(on("--token", "no-token-of-it"));
    assert.equal(status, 1);
    assert.match(step("ready").says, /^The service refuses the connection: Invalid token/);
    assert.match(step("ready").todo, /^Log in again for a new token\./);
    assert.equal(stdout.includes("no-token-of-it"), false, "the token is not printed");
  });

  test("without a token asks for one, or for anonymous clients", async (t) => {
    const { on } = await service(t, { channels: [{ name: "staff" }] });
    const { step } = await examined(on());
    assert.match(step("ready").todo, /^Give --token, or switch on anonymous clients/);
  });

  test("by a server without V2 says so, and knows a hash of V1", async (t) => {
    const server = createServer((_request, response) => response.writeHead(404).end()).listen(0, "127.0.0.1");
    t.after(() => server.close());
    await once(server, "listening");
    const base = ["--v2", "--base-url", `http://127.0.0.1:${server.address().port}`, "--canonical"];
    const { status, step } = await examined([...base, "1lK90n16tnnylJpJ0Xa7Km6_KxA"]);
    assert.equal(status, 1);
    assert.equal(step("socket").says, "The server answers the address of V2 with status 404: there is no Realtime V2.");
    assert.match(step("socket").todo, /^This is a connection hash of Realtime V1 \(Legacy\): ask again with --hash/);
    const { step: withCanonical } = await examined([...base, ADDRESS]);
    assert.match(withCanonical("socket").todo, /^Check the base URL\. The instance may have no V2/);
  });

  test("by a close without a word is told with its code", async (t) => {
    const server = await ScriptedServer.start(t);
    const base = ["--v2", "--base-url", `http://127.0.0.1:${server.port}`, "--canonical", ADDRESS];
    const examining = examined(base);
    await server.next("ping");
    server.socket.close(1011);
    const { step } = await examining;
    assert.match(step("ready").says, /^The service closes the socket with code 1011 before it is ready/);
  });
});

describe("a channel", () => {
  test("that no template matches is named, with the way to define it", async (t) => {
    const { on } = await service(t);
    const { status, step } = await examined(on("--channel", "rooms/42/7"));
    assert.equal(status, 1);
    assert.match(step("channel").says, /^No channel of the Realtime server matches “rooms\/42\/7”/);
    assert.equal(step("presence").says, "Not tried: it needs the step “channel”.");
    assert.equal(step("close").says, "Not tried: it needs the step “channel”.");
  });

  test("that refuses says so in its own words, with what may be missing", async (t) => {
    const { on } = await service(t);
    const { step } = await examined(on("--channel", "members"));
    assert.equal(step("channel").says, "The service refuses the join: Sign in to join members");
    assert.match(step("channel").todo, /^Give --token/);
  });

  test("without the message, or where this client may not send, is told by the service's refusal", async (t) => {
    const { on } = await service(t);
    const { status, step } = await examined(on("--channel", "rooms/42", "--type", "unknown"));
    assert.equal(status, 1);
    assert.equal(step("message").says, "The service refuses the message: Unknown message type: unknown");
    assert.match(step("message").todo, /^Define a message “unknown” for the channel/);
    assert.equal(step("leave").outcome, "holds");
    const { step: onLobby } = await examined(on("--channel", "lobby", "--type", "send"));
    assert.match(onLobby("message").todo, /^Check who may publish on the channel/);
  });

  test("without presence, and a message that is dropped or for others, are no faults", async (t) => {
    const { on } = await service(t);
    const { status, step } = await examined(on("--channel", "lobby"));
    assert.equal(status, 0);
    assert.match(step("presence").says, /^No list of members came|^The list of members came, and is empty/);
    const says = async (type) => (await examined(on("--channel", "rooms/42", "--type", type))).step("message").says;
    assert.match(await says("shrug"), /has dropped it\.$/);
    assert.match(await says("none"), /delivered to 0 connections\. No own copy came back/);
  });
});

describe("the arguments", () => {
  test("of V1 and of V2 are kept apart", async () => {
    const base = ["--base-url", "https://x8.xano.io"];
    const problem = async (...args) => (await doctor([...base, ...args])).stderr.split("\n")[0];
    assert.equal(await problem("--v2"), "--canonical is missing.");
    assert.equal(await problem("--v2", "--hash", "h"), "--hash is of Realtime V1: with --v2 give --canonical.");
    assert.equal(await problem("--canonical", "rtmain01"), "--canonical is of Realtime V2: give --v2.");
    assert.equal(await problem("--hash", "h", "--type", "send"), "--type is of Realtime V2: give --v2.");
    assert.equal(await problem("--v2", "--canonical", "c", "--report"), "--report needs --channel.");
  });

  test("a canonical with an address in front is told as that", async () => {
    const { step } = await examined([
      ...["--v2", "--base-url", "https://x8.xano.io", "--canonical", "wss://x8.xano.io/ws/rtmain01"],
    ]);
    assert.match(step("base URL").says, /^The canonical “wss:/);
  });
});
