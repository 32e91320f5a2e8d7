// What the settings panel makes of what the server says, while its user goes on editing.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { consequences } from "../../server/panel/consequences.js";
import { Draft } from "../../server/panel/draft.js";
import { room, settings } from "../support/settings.js";

const draftOf = (...patterns) => new Draft(settings(...patterns.map((pattern) => room(pattern))));

describe("a refusal", () => {
  test("belongs to the field that it names, without the place in a JSON that nobody wrote", () => {
    const draft = draftOf("a", "b", "c", "d");
    draft.refused("channels[3].history: history is one of [0, 25], not 7 at line 1 column 94", draft.snapshot());
    const { row, key, message } = draft.problem;
    assert.deepEqual([row.value("pattern"), key, message], ["d", "history", "history is one of [0, 25], not 7"]);
    assert.equal(row.isOpen, true);
  });

  test("stays with its channel when others go, and goes with its channel", () => {
    const draft = draftOf("a", "b");
    draft.refused("channels[1].pattern: no", draft.snapshot());
    draft.remove(draft.channels, draft.channels.all[0]);
    assert.equal(draft.problem.row, draft.channels.all[0]);
    draft.remove(draft.channels, draft.channels.all[0]);
    assert.equal(draft.problem, null);
  });

  test("counts channels as they were when they were sent", () => {
    const draft = draftOf("a", "b");
    const sent = draft.snapshot();
    draft.remove(draft.channels, draft.channels.all[0]);
    draft.refused("channels[1].pattern: no", sent);
    assert.equal(draft.problem.row.value("pattern"), "b");
  });

  test("is gone when its field is edited, and not when another is", () => {
    const draft = draftOf("a");
    const [channel] = draft.channels.all;
    draft.refused("channels[0].pattern: no", draft.snapshot());
    draft.set(channel, "presence", false);
    assert.equal(draft.problem.message, "no");
    draft.set(channel, "pattern", "b");
    assert.equal(draft.problem, null);
  });

  for (const message of [
    "the settings file cannot be written, so nothing was changed: disk full",
    "channels[0].triggers.join: must be an http:// or https:// URL",
    "channels[9].pattern: no",
    "channels[0].constructor: no",
  ]) {
    test(`about no field of the form is told as it is: ${message}`, () => {
      const draft = draftOf("a");
      draft.refused(message, draft.snapshot());
      assert.deepEqual(draft.problem, { message });
    });
  }
});

describe("what was edited", () => {
  test("is changed as long as it differs from what is in force", () => {
    const draft = draftOf("a");
    const [channel] = draft.channels.all;
    assert.equal(draft.isChanged, false);
    draft.set(channel, "history", 25);
    assert.deepEqual([draft.isChanged, channel.state], [true, "changed"]);
    draft.set(channel, "history", 100);
    assert.deepEqual([draft.isChanged, channel.state], [false, "saved"]);
  });

  test("while the server took the rest is still edited", () => {
    const draft = draftOf("a");
    const sent = draft.snapshot();
    const taken = { ...draft.toSettings(), hash: draft.hash };
    const answer = structuredClone(taken);
    draft.set(draft.channels.all[0], "description", "typed meanwhile");
    draft.channels.add();
    draft.accepted(answer, sent);
    assert.deepEqual(
      draft.channels.all.map(({ state }) => state),
      ["changed", "new"],
    );
    assert.equal(draft.isChanged, true);
  });

  test("lies over other settings that came into force; without edits those are taken as they are", () => {
    const other = settings(room("b"), room("a", { presence: false }));
    assert.equal(draftOf("a").rebase(other).channels.all.length, 2);
    const draft = draftOf("a");
    draft.set(draft.channels.all[0], "history", 25);
    assert.equal(draft.rebase(other), draft);
    assert.deepEqual(
      draft.channels.toJson().map(({ history }) => history),
      [25],
    );
    assert.equal(draft.isChanged, true);
    draft.discard();
    assert.deepEqual(
      draft.channels.toJson().map(({ pattern }) => pattern),
      ["b", "a"],
    );
  });
});

describe("what saving removes", () => {
  const on = (pattern, switches) => room(pattern, { wildcard: pattern.endsWith("*"), ...switches });
  const rows = [on("chat/board", { anonymous_clients: false }), on("chat/*"), on("hall")];

  test("is nothing while patterns stay", () => {
    assert.deepEqual(
      consequences(rows, [on("chat/board", { history: 0 }), on("chat/*", { presence: false }), on("hall")]),
      [],
    );
  });

  test("are members and history of a row that goes, is switched off or renamed; the row that covers the name is said", () => {
    const sentence =
      "Channel chat/board: members are put out, and the history is removed. " +
      "The row chat/* applies from then on: anonymous clients may join.";
    assert.deepEqual(consequences(rows, rows.slice(1)), [sentence]);
    assert.deepEqual(consequences(rows, [on("chat/board", { enabled: false }), ...rows.slice(1)]), [sentence]);
    assert.equal(consequences(rows, [on("chat/boards"), ...rows.slice(1)])[0], sentence);
  });

  test("where no row covers the name, that is said", () => {
    assert.match(
      consequences(rows, rows.slice(0, 2))[0],
      /^Channel hall: .* No row covers the name: nobody can join\.$/,
    );
    assert.match(
      consequences(rows, [rows[0], rows[2]])[0],
      /^Channels whose names start with chat\/: .*nobody can join/,
    );
  });

  test("are members and history of a channel that gets a row of its own", () => {
    assert.deepEqual(consequences(rows, [...rows, on("chat/news")]), [
      "Channel chat/news: members are put out, and the history is removed. The row chat/news applies from then on.",
    ]);
    assert.deepEqual(consequences(rows, [...rows, on("news")]), [], "no row covered it");
  });
});
