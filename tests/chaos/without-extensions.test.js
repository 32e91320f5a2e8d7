// A server without our extensions, as Xano's own, and connections that are cut: nothing comes twice, nothing is sent twice,
// and what is lost was told. `npm run test:more` runs it longer (LONG=1). A run can be repeated by its seed: SEED=…

import assert from "node:assert/strict";
import { once } from "node:events";
import { test } from "node:test";
import WebSocket from "ws";
import { Dice } from "../support/random.js";
import { startWithoutExtensions } from "../support/without-extensions.js";
import { END, ROOM, startCrowd } from "./crowd.js";
import { unreported } from "./gaps.js";
import { trouble } from "./trouble.js";

const { messages, cuts } = process.env.LONG ? { messages: 10_000, cuts: 100 } : { messages: 1_000, cuts: 10 };
const PER_SECOND = 500;
const SEED = Number(process.env.SEED ?? Date.now() % 1_000_000);
/** A client that is cut off again within 10 s waits longer each time. With the lowest delays all are back for the next cut. */
const LOW = 0.01;

test(`${messages} messages, at least ${cuts} cuts, no extensions, seed ${SEED}`, async (t) => {
  t.mock.method(Math, "random", () => LOW);
  const dice = new Dice(SEED);
  const crowd = await startCrowd({
    publishers: 3,
    subscribers: 5,
    start: startWithoutExtensions,
    publishing: { recover: true },
  });
  t.after(() => crowd.leave());
  const { said, heardTheEnd } = await witness(t, crowd.server.target.socketUrl);
  const heardByTheOriginal = await crowd.joinWithTheOriginal();

  const outcomes = await crowd.publish(messages, PER_SECOND, () => {
    // Some find nobody connected.
    if (dice.chance((4 * cuts) / messages)) trouble(dice, dice.pick(crowd.proxies));
  });
  await crowd.end();
  // Whatever is doubled is heard before a further message.
  await crowd.end();
  await heardTheEnd;

  const original = new Set(await heardByTheOriginal());
  const order = said.filter((message) => message !== END);
  t.diagnostic(`${crowd.cuts} cuts; the original, as one more subscriber, lost ${order.length - original.size}`);
  assert.ok(crowd.cuts >= cuts, `${crowd.cuts} cuts`);
  assert.deepEqual(crowd.server.extended, [], "nothing is sent that was not announced");

  assert.equal(new Set(order).size, order.length, "nothing was sent twice");
  const codes = new Set(outcomes.flatMap(({ code }) => code ?? []));
  const taken = outcomes.filter((outcome) => outcome.taken).map(({ message }) => message);
  const others = outcomes.filter((outcome) => !outcome.taken).map(({ message }) => message);
  const lost = difference(others, order).length;
  t.diagnostic(`published: ${taken.length} taken; ${others.length} ${[...codes]}, of which ${lost} are lost`);
  assert.deepEqual(difference(taken, order), [], "what was taken was said");
  assert.deepEqual(difference([...codes], ["unconfirmed"]), [], "what was not is unconfirmed");

  for (const { heard, interruptions } of crowd.subscribers) {
    const got = heard.filter((entry) => !entry.startsWith("!"));
    const told = heard.length - got.length;
    t.diagnostic(`${interruptions} interruptions: ${difference(order, got).length} lost, told ${told} times`);
    const doubled = got.filter((message, at) => got.indexOf(message) !== at);
    assert.deepEqual(
      { doubled, unreported: unreported(heard, order, "gap_possible") },
      { doubled: [], unreported: [] },
    );
  }
});

/** What is said on the channel, in the order that the server gives it, until its second end. */
async function witness(t, url) {
  const socket = new WebSocket(url);
  t.after(() => socket.terminate());
  await once(socket, "open");
  const said = [];
  const heardTheEnd = new Promise((resolve) => {
    socket.on("message", (data) => {
      const { action, payload } = JSON.parse(String(data));
      if (action === "message") said.push(payload);
      if (payload === END && said.indexOf(END) < said.length - 1) resolve();
    });
  });
  socket.send(JSON.stringify({ action: "join", options: { channel: ROOM }, payload: {} }));
  await once(socket, "message");
  return { said, heardTheEnd };
}

function difference(one, other) {
  const others = new Set(other);
  return one.filter((entry) => !others.has(entry));
}
