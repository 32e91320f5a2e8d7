// Programs as people write them, on the original and on ours: nobody has to change a line. What they may do inside of
// handlers, and with several channel objects, is in tests/e2e/handlers.test.js; React is in tests/node/readme.test.js.

import assert from "node:assert/strict";
import { test } from "node:test";
import { Stage } from "./deviations/stage.js";

const EVERYTHING = { history: true, presence: true, queueOfflineActions: true };

/** Runs it on both; the values are equal, and as expected. */
function sameOnBoth(title, play, expected) {
  test(title, async () => {
    for (const library of ["original", "ours"]) {
      const value = await play(new Stage(library));
      assert.deepEqual(JSON.parse(JSON.stringify(value)), expected, library);
    }
  });
}

sameOnBoth(
  "a handler that switches on action.action, and an error handler beside it",
  async (stage) => {
    const view = { status: undefined, lines: [], members: 0, notices: [], errors: [] };
    const channel = stage.client.channel("a", EVERYTHING);
    channel.on(
      (action) => {
        switch (action.action) {
          case "connection_status":
            view.status = action.payload.status;
            break;
          case "message":
            view.lines.push(`${action.client.extras.name}: ${action.payload}`);
            break;
          case "history":
            view.lines = action.payload.history.map(({ payload }) => payload);
            break;
          case "presence_full":
          case "presence_update":
            view.members = channel.getPresence().length;
            break;
          case "event":
            view.notices.push(action.payload.data);
            break;
        }
      },
      (error) => view.errors.push(error.payload.message),
    );
    stage.page.socket.accept();
    const ann = { socketId: "s1", extras: { name: "Ann" }, permissions: { dbo_id: 1, row_id: 1 } };
    stage.deliver({ action: "join", payload: {} });
    stage.deliver({ action: "presence_full", payload: { presence: [ann] } });
    stage.deliver({ action: "history", payload: { history: [{ action: "message", payload: "earlier" }] } });
    stage.deliver({ action: "presence_update", payload: { action: "join", presence: { ...ann, socketId: "s2" } } });
    stage.deliver({ action: "message", client: ann, payload: "hello" });
    stage.deliver({ action: "event", payload: { data: "lunch", dbo_id: 0, row_id: 0 } });
    stage.deliver({ action: "error", payload: { message: "No settings for channel name" } });
    return view;
  },
  {
    status: "connected",
    lines: ["earlier", "Ann: hello"],
    members: 2,
    notices: ["lunch"],
    errors: ["No settings for channel name"],
  },
);

sameOnBoth(
  "a message for authenticated members, to nobody in particular",
  async (stage) => {
    const texts = [];
    stage.page.witness.sent = (_, text) => texts.push(text);
    const channel = stage.listen("a", EVERYTHING);
    stage.page.socket.accept();
    channel.message({ text: "hello" }, { authenticated: true, socketId: null });
    return texts.at(-1);
  },
  '{"action":"message","options":{"authenticated":true,"socketId":null,"channel":"a"},"payload":{"text":"hello"}}',
);

sameOnBoth(
  "signing out: setRealtimeAuthToken(null), then realtimeReconnect()",
  async (stage) => {
    stage.client.setRealtimeAuthToken("token");
    stage.joined();
    stage.client.setRealtimeAuthToken(null);
    stage.client.realtimeReconnect();
    await stage.pass(1_000);
    stage.page.socket.accept();
    return [stage.sockets.map(({ protocols }) => protocols ?? "anonymous"), stage.sent, stage.heard];
  },
  [[["token"], "anonymous"], ["join a"], ["connection_status disconnected", "connection_status connected"]],
);
