// What the doctor says of our server, for each of the usual faults.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { argumentsFor, doctor, examined } from "../support/doctor.js";
import { startServer } from "../support/server.js";
import { HASH, room, settings } from "../support/settings.js";
import { signToken } from "../support/token.js";

const SECRET = "a key of thirty-two bytes or more";
const NO_TOKEN = "No token was given: the connection is anonymous.";
const IN_AN_HOUR = Math.floor(Date.now() / 1_000) + 3_600;
const TOKEN = signToken(SECRET, { dbo_id: 1, id: 7, extras: { name: "Jill" }, exp: IN_AN_HOUR });
const EXPIRED = signToken(SECRET, { dbo_id: 1, id: 7, exp: 1_000_000_000 });

let server;
before(async () => {
  server = await startServer({
    secret: SECRET,
    settings: settings(
      room("marvel-chat-room"),
      room("members", { anonymous_clients: false }),
      room("listen-only", { client_public_messaging: false, presence: false, history: 0 }),
    ),
  });
});
after(() => server?.dispose());

describe("a connection on which everything holds", () => {
  test("passes every step with a token, and the doctor ends with 0", async () => {
    const { status, holds, steps, stdout } = await examined(on("marvel-chat-room", "--token", TOKEN));
    assert.equal(status, 0);
    assert.equal(holds, true);
    assert.deepEqual(
      steps.map(({ step, outcome, says }) => [step, outcome, says]),
      [
        ["base URL", "holds", `The address of the socket is ${server.socketUrl}.`],
        ["DNS", "holds", "127.0.0.1 is an address: there is no name to look up."],
        ["TLS", "skipped", "A base URL that begins with http:// uses no TLS."],
        ["HTTP", "holds", "The server answers over HTTP (status 404)."],
        ["socket", "holds", "The socket is open: the hash is right, and Realtime is switched on."],
        ["token", "holds", "The server knows the user: row_id 7 of the auth table 1."],
        ["channel", "holds", "The server has let this connection in."],
        ["message", "holds", "An own message came back, as it does to every member."],
        ["presence", "holds", "The list of members came; it has 1 entry."],
        ["history", "holds", "The history came; it has 1 message."],
      ],
    );
    assert.equal(stdout.includes(TOKEN), false, "the token is not printed");
  });

  test("needs neither a token nor a channel", async () => {
    const { status, step } = await examined(argumentsFor(server));
    assert.equal(status, 0);
    assert.equal(step("token").says, NO_TOKEN);
    for (const name of ["channel", "message", "presence", "history"]) {
      assert.deepEqual(step(name), { step: name, outcome: "skipped", says: "Give --channel NAME to try this." });
    }
  });

  test("is told to people in lines, with the verdict at the end", async () => {
    const { status, stdout } = await doctor(on("marvel-chat-room"));
    assert.equal(status, 0);
    assert.match(stdout, /^xano-wasm \d+\.\d+\.\d+\n\nok {4}base URL {2}The address of the socket is ws:/);
    assert.match(stdout, /\n- {5}token {5}No token was given: the connection is anonymous\.\n/);
    assert.match(stdout, /\n\nEverything that was tried holds\.\n$/);
  });
});

describe("a token", () => {
  test("that has expired is told by the reason of the server", async () => {
    await refused(["--token", EXPIRED], /^The server says: Authentication token was not accepted: expired/);
  });

  test("of another server is told by the reason of the server", async () => {
    const foreign = signToken("another key of thirty-two bytes or more", { dbo_id: 1, id: 7, exp: IN_AN_HOUR });
    await refused(["--token", foreign], /^The server says: .*not signed by this server/);
  });

  test("with “Bearer” in front is told as that", async () => {
    await refused(["--token", `Bearer ${TOKEN}`], /^The token begins with “Bearer ”\.$/);
  });

  test("that a handshake cannot carry is told as that", async () => {
    await refused(["--token", "one,two"], /^The token has characters that a WebSocket handshake cannot carry/);
  });

  test("says nothing without a channel where the server says nothing", async () => {
    const { status, step } = await examined(argumentsFor(server, "--token", TOKEN));
    assert.equal(status, 0);
    assert.match(step("token").says, /a bad token opens it too\. Give --channel NAME to try this\.$/);
  });

  async function refused(args, reason) {
    const { status, step, stdout } = await examined(on("marvel-chat-room", ...args));
    assert.equal(status, 1);
    assert.equal(step("token").outcome, "fails");
    assert.match(step("token").says, reason);
    assert.match(step("token").todo, /^(Log in again for a new token\.|Give the bare token)/);
    assert.equal(step("channel").outcome, "holds", "the channel takes anonymous clients");
    assert.equal(stdout.includes(args[1]), false, "the token is not printed");
  }
});

describe("a channel", () => {
  test("that is not defined is named, with the way to define it", async () => {
    const { status, step } = await examined(on("dc-chat-room"));
    assert.equal(status, 1);
    assert.equal(
      step("channel").says,
      "The channel “dc-chat-room” is not defined, or is switched off: No settings for channel name",
    );
    assert.match(step("channel").todo, /^Define it in the Realtime Settings of the workspace, with this very name;/);
    assert.equal(step("message").says, "Not tried: it needs the step “channel”.");
  });

  test("for authenticated clients asks for a token", async () => {
    const { status, step } = await examined(on("members"));
    assert.equal(status, 1);
    assert.match(step("channel").says, /^The channel takes authenticated clients only:/);
    assert.match(step("channel").todo, /^Give --token, or switch on “Anonymous Clients” for the channel/);
  });

  test("on which sending is not allowed names the switch", async () => {
    const { status, step } = await examined(on("listen-only"));
    assert.equal(status, 1);
    assert.match(step("message").says, /^The server refuses the message: Clients may not send public messages/);
    assert.match(step("message").todo, /^Switch on “Client Public Messaging” for the channel/);
  });

  test("without presence and history is no fault, and says what to switch on", async () => {
    const { step } = await examined(on("listen-only"));
    assert.equal(step("presence").outcome, "skipped");
    assert.match(step("presence").says, /switch on “Presence” for the channel/);
    assert.equal(step("history").outcome, "skipped");
    assert.match(step("history").says, /set “Message History” for it/);
  });
});

describe("a server", () => {
  test("that does not know the hash asks for the right one", async () => {
    const { status, step } = await examined(["--base-url", server.url, "--hash", "A".repeat(27)]);
    assert.equal(status, 1);
    assert.equal(step("socket").says, "The server knows no Realtime under this hash (status 404).");
    assert.doesNotMatch(step("socket").todo, /Realtime V2/);
    assert.equal(step("token").says, "Not tried: it needs the step “socket”.");
  });

  test("that is given the name of a server of Realtime V2 asks whether it is one", async () => {
    const { step } = await examined(["--base-url", server.url, "--hash", "rtmain01"]);
    assert.match(step("socket").todo, /A hash of Realtime V1 \(Legacy\) has 27 characters, this one 8:.*Realtime V2/);
  });

  test("on which Realtime is off asks to switch it on", async (t) => {
    const off = await startServer({ settings: { enabled: false, hash: HASH, channels: [] } });
    t.after(() => off.dispose());
    const { status, step } = await examined(argumentsFor(off));
    assert.equal(status, 1);
    assert.equal(step("socket").outcome, "fails");
    assert.match(step("socket").todo, /check there that Realtime is switched on\.$/);
  });

  test("that is down is told as that, once", async () => {
    const down = await startServer();
    await down.dispose();
    const { status, steps, step } = await examined(argumentsFor(down));
    assert.equal(status, 1);
    assert.equal(step("HTTP").says, `Nothing listens at 127.0.0.1, port ${down.port}.`);
    assert.equal(step("HTTP").todo, "Start the server, or correct the port in the base URL.");
    assert.equal(steps.filter(({ outcome }) => outcome === "fails").length, 1);
  });
});

describe("the base URL", () => {
  for (const [url, says] of [
    ["x8ki-letl-twmt.n7.xano.io", /is no URL with http:\/\/ or https:\/\/\.$/],
    ["http://x8ki.invalid", /^The base URL begins with http:\/\/, but x8ki\.invalid is no host of this machine/],
  ]) {
    test(`${url} is refused, with the way to write it`, async () => {
      const { status, step } = await examined(["--base-url", url, "--hash", HASH]);
      assert.equal(status, 1);
      assert.match(step("base URL").says, says);
      assert.match(step("base URL").todo, /https:\/\//);
    });
  }

  test("with a name that does not exist fails at DNS", async () => {
    const { status, step } = await examined(["--base-url", "https://x8ki.invalid", "--hash", HASH]);
    assert.equal(status, 1);
    assert.match(step("DNS").says, /^No address can be found for x8ki\.invalid \(/);
  });

  test("a whole address in place of the hash is refused", async () => {
    const { step } = await examined(["--base-url", server.url, "--hash", server.socketUrl]);
    assert.match(step("base URL").todo, /^Copy the hash alone/);
  });
});

describe("the command", () => {
  for (const [args, problem] of [
    [["--hash", HASH], "--base-url is missing."],
    [["--base-url", "http://127.0.0.1"], "--hash is missing."],
    [["--base-url", "http://127.0.0.1", "--hash", HASH, "--report"], "--report needs --channel."],
    [["--bass-url"], "Unknown option '--bass-url'"],
  ]) {
    test(`says "${problem}" with the usage, and ends with 1`, async () => {
      const { status, stderr } = await doctor(args);
      assert.equal(status, 1);
      assert.ok(stderr.startsWith(problem), stderr);
      assert.match(stderr, /usage: npx xano-wasm doctor --base-url URL --hash HASH/);
    });
  }
});

function on(channel, ...more) {
  return argumentsFor(server, "--channel", channel, ...more);
}
