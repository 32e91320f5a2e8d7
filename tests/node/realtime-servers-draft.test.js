// The Realtime servers of V2 on the settings panel: rows with rows below them, as they are edited.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Draft } from "../../server/panel/draft.js";
import { serverConsequences } from "../../server/panel/server-consequences.js";
import { channel, message, server } from "../support/realtime-servers.js";
import { settings } from "../support/settings.js";

describe("a Realtime server", () => {
  const servers = () => [server("main", channel("lobby"), channel("rooms/{id}", { messages: [message("send")] }))];
  const draftWith = () => new Draft({ ...settings(), servers: servers() });
  const channelsOf = (draft) => draft.servers.all[0].lists.channels;

  for (const [path, name, key] of [
    ["servers[0].canonical", "main", "canonical"],
    ["servers[0].triggers.connect", "main", "triggers.connect"],
    ["servers[0].channels[1].publish.who", "rooms/{id}", "publish.who"],
    ["servers[0].channels[1].input[0].type", "id", "type"],
    ["servers[0].channels[1].messages[0].auth", "send", "auth"],
    ["servers[0].channels[1].messages[0].input[0].name", "body", "name"],
  ]) {
    test(`a refusal of ${path} is beside that field, and what is around it is unfolded`, () => {
      const draft = draftWith();
      draft.refused(`${path}: no at line 1 column 7`, draft.snapshot());
      const { row, ...problem } = draft.problem;
      assert.deepEqual([row.value("name"), problem], [name, { key, message: "no" }]);
      assert.ok(draft.servers.all[0].isOpen && row.isOpen);
    });
  }

  for (const place of ["servers[0]", "servers[0].channels[7].name", "servers[0].channels[0].foo", "servers"]) {
    test(`a refusal of ${place}, which is no field of the form, is told as it is`, () => {
      const draft = draftWith();
      draft.refused(`${place}: no`, draft.snapshot());
      assert.deepEqual(draft.problem, { message: `${place}: no` });
    });
  }

  test("a refusal goes with the row around its row", () => {
    const draft = draftWith();
    draft.refused("servers[0].channels[1].messages[0].name: no", draft.snapshot());
    draft.remove(channelsOf(draft), channelsOf(draft).all[0]);
    assert.equal(draft.problem.message, "no");
    draft.remove(draft.servers, draft.servers.all[0]);
    assert.equal(draft.problem, null);
  });

  test("are sent as they are in force while nothing is edited, whatever the order of their keys is", () => {
    const draft = draftWith();
    assert.equal(draft.isChanged, false);
    assert.deepEqual(draft.toSettings().servers, servers());
    const [row] = channelsOf(draft).all;
    draft.set(row, "publish.who", "anyone");
    assert.deepEqual([row.state, draft.servers.all[0].state, draft.isChanged], ["changed", "changed", true]);
    const { name, ...others } = draft.toSettings().servers[0];
    draft.accepted({ ...settings(), servers: [{ ...others, name }] }, draft.snapshot());
    assert.deepEqual([row.state, draft.isChanged], ["saved", false]);
  });

  test("a new row that is saved is a row like the others", () => {
    const draft = draftWith();
    const added = channelsOf(draft).add();
    draft.set(added, "name", "staff");
    added.lists.messages.add().set("name", "say");
    assert.equal(added.state, "new");
    draft.accepted({ ...settings(), ...structuredClone(draft.toSettings()) }, draft.snapshot());
    assert.deepEqual([added.state, added.lists.messages.all[0].state], ["saved", "saved"]);
  });

  test("edits lie over other servers that came into force", () => {
    const draft = draftWith();
    draft.set(channelsOf(draft).all[1], "presence", true);
    const other = { ...settings(), servers: [server("other"), ...servers()] };
    draft.rebase(other);
    assert.equal(channelsOf(draft).all[1].saved.name, "rooms/{id}");
    assert.equal(draft.servers.all.length, 1);
    assert.equal(draft.rebase(settings()).servers.all[0].state, "new");
  });

  test("saving says what it closes: servers that go, templates that go, and those that take names from others", () => {
    const before = [server("main", channel("rooms/{id}"), channel("lobby"), channel("off", { active: false }))];
    const after = (...channels) => serverConsequences(before, [server("main", ...channels)]);
    const emptied = (name) => `Channel ${name} of main: members are put out, transcript and stream are removed.`;
    assert.deepEqual(after(channel("rooms/{id}"), channel("lobby", { presence: true }), channel("news")), []);
    assert.deepEqual(after(channel("rooms/{id}"), channel("lobby", { active: false })), [emptied("lobby")]);
    const lounge = after(channel("rooms/{id}"), channel("lobby"), channel("rooms/lounge"), channel("{kind}/lounge"));
    assert.deepEqual(lounge, [emptied("rooms/lounge")]);
    const closed = ["Server main: every connection is closed."];
    assert.deepEqual(serverConsequences(before, []), closed);
    assert.deepEqual(serverConsequences(before, [{ ...before[0], enabled: false }]), closed);
    assert.deepEqual(after(), closed);
    assert.deepEqual(serverConsequences([server("empty")], []), [], "no client was on it");
  });

  test("saving says what a channel loses that stays: its messages with another guarantee, and members without a token", () => {
    const lobby = (changes) =>
      channel("lobby", { anonymous_clients: true, delivery: { guarantee: "at_most_once" }, ...changes });
    const after = (changes) => serverConsequences([server("main", lobby())], [server("main", lobby(changes))]);
    assert.deepEqual(after({ delivery: { guarantee: "at_most_once", per_recipient: true } }), []);
    assert.deepEqual(after({ delivery: { guarantee: "at_least_once" }, anonymous_clients: false }), [
      "Channel lobby of main: transcript and stream are removed.",
      "Channel lobby of main: members without a token are put out.",
    ]);
    assert.deepEqual(
      serverConsequences([server("main", lobby({ anonymous_clients: false }))], [server("main", lobby())]),
      [],
    );
  });
});
