// Channel permissions as a page meets them, signed in and not. Every scenario is played with @xano/js-sdk and with ours.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { room, settings } from "../support/settings.js";
import { stage } from "../support/stage.js";
import { signToken } from "../support/token.js";

const SECRET = "a key of thirty-two bytes or more";
const PUBLIC_AUTHENTICATED = { client_public_messaging_authenticated_only: true };
const PRIVATE_AUTHENTICATED = { client_private_messaging_authenticated_only: true };

for (const client of ["script", "original"]) {
  describe(client === "original" ? "with the original" : "with ours", () => {
    const world = stage({
      secret: SECRET,
      settings: settings(
        room("open"),
        room("members", { anonymous_clients: false }),
        room("lectures", PUBLIC_AUTHENTICATED),
        room("secrets", PRIVATE_AUTHENTICATED),
        room("mute", { client_public_messaging: false, client_private_messaging: false }),
      ),
    });

    test("the walk: sign up, log in, set the token, open the channel", async (t) => {
      const { page } = await arrive(t);
      const heard = await page.evaluate(async (settings) => {
        const xanoClient = new XanoClient(settings);
        const credentials = { email: "jill@example.com", password: "correct horse" };
        await xanoClient.post("/auth/signup", { name: "Jill", ...credentials });

        const response = await xanoClient.post("/auth/login", credentials);
        xanoClient.setRealtimeAuthToken(response.getBody().authToken);

        const channel = xanoClient.channel("members", { presence: true, queueOfflineActions: true });
        return new Promise((resolve, reject) => {
          channel.on("presence_full", () => channel.message("Hello, Avengers"), reject);
          channel.on("message", ({ client, payload }) => {
            const [{ extras, permissions }] = channel.getPresence();
            resolve({ payload, extras, permissions, speaker: client.permissions });
          });
        });
      }, authSettings());

      assert.equal(heard.payload, "Hello, Avengers");
      assert.deepEqual(heard.extras, { name: "Jill" });
      assert.equal(heard.permissions.dbo_id, 1);
      assert.ok(heard.permissions.row_id > 0);
      assert.deepEqual(heard.speaker, heard.permissions);
    });

    test("a wrong password is refused, in words and with a status", async (t) => {
      const jill = await arrive(t);
      await jill.connect(authSettings());
      const { email } = await jill.signUpAndLogIn("Jill");
      const refusal = await jill.page.evaluate(async (email) => {
        const refused = await probe.client
          .post("/auth/login", { email, password: "wrong horse" })
          .catch((error) => error);
        return [refused.getResponse().getStatusCode(), refused.getResponse().getBody().message];
      }, email);
      assert.deepEqual(refusal, [403, "Invalid Credentials."]);
    });

    test("who is anonymous is refused where a login is asked for", async (t) => {
      const guest = await arrive(t);
      await guest.connect();
      await guest.open("members");
      const [{ message, code }] = await guest.errors("members", 1);
      assert.deepEqual([message, code], ["Anonymous clients cannot join this channel.", "anonymous"]);
      assert.equal(await guest.page.evaluate(() => probe.of("members", "join").length), 0);
    });

    test("a channel that no setting covers is refused, to guests and to members", async (t) => {
      for (const user of [await guestOf(t, "open"), await memberOf(t, "open", "Jill")]) {
        await user.open("unheard-of");
        const [{ message, code }] = await user.errors("unheard-of", 1);
        assert.deepEqual([message, code], ["No settings for channel name", "no_settings"]);
      }
    });

    test("where only members may speak, guests listen", async (t) => {
      const guest = await guestOf(t, "lectures");
      const jill = await memberOf(t, "lectures", "Jill");
      await guest.message("lectures", "may I?");
      assert.equal((await guest.errors("lectures", 1))[0].code, "not_allowed");
      await jill.message("lectures", "listen");
      for (const user of [guest, jill]) assert.deepEqual(await user.messages("lectures", 1), ["listen"]);
    });

    test("where nobody may speak, members may not either", async (t) => {
      const jill = await memberOf(t, "mute", "Jill");
      const jack = await memberOf(t, "mute", "Jack");
      await jill.presentAs("mute", "Jack", "Jill");
      await jill.message("mute", "hello?");
      await jill.whisper("mute", await jill.socketOf("mute", "Jack"), "psst?");
      const errors = await jill.errors("mute", 2);
      assert.deepEqual(
        errors.map(({ code }) => code),
        ["not_allowed", "not_allowed"],
      );
      await jill.message("mute", "to members only", { authenticated: true });
      for (const user of [jill, jack]) assert.deepEqual(await user.messages("mute", 1), ["to members only"]);
    });

    test("a private message reaches one alone: guest to member, and back", async (t) => {
      const jill = await memberOf(t, "open", "Jill");
      const guest = await guestOf(t, "open");
      const jack = await memberOf(t, "open", "Jack");
      for (const user of [jill, guest, jack]) await user.presentAs("open", "Jack", "Jill", "anonymous");

      await guest.whisper("open", await guest.socketOf("open", "Jill"), "psst, Jill");
      assert.deepEqual(await jill.messages("open", 1), ["psst, Jill"]);
      const { client, options } = await jill.action("open", "message");
      assert.equal(client.permissions.row_id, 0);
      assert.equal(options.socketId, await guest.socketOf("open", "Jill"));
      await jill.whisper("open", client.socketId, "psst yourself");
      assert.deepEqual(await guest.messages("open", 1), ["psst yourself"]);

      await jack.message("open", "aloud");
      assert.deepEqual(await jack.messages("open", 1), ["aloud"]);
      assert.deepEqual(await jill.messages("open", 2), ["psst, Jill", "aloud"]);
      assert.deepEqual(await guest.messages("open", 2), ["psst yourself", "aloud"]);
    });

    test("where private messages are for members, both ends must be one", async (t) => {
      const jill = await memberOf(t, "secrets", "Jill");
      const guest = await guestOf(t, "secrets");
      const jack = await memberOf(t, "secrets", "Jack");
      for (const user of [jill, guest]) await user.presentAs("secrets", "Jack", "Jill", "anonymous");

      await guest.whisper("secrets", await guest.socketOf("secrets", "Jill"), "from a guest");
      assert.equal((await guest.errors("secrets", 1))[0].code, "not_allowed");
      await jill.whisper("secrets", await jill.socketOf("secrets", "anonymous"), "to a guest");
      assert.equal((await jill.errors("secrets", 1))[0].code, "not_allowed");
      await jill.whisper("secrets", await jill.socketOf("secrets", "Jack"), "to a member");
      await jill.message("secrets", "aloud");

      assert.deepEqual(await jack.messages("secrets", 2), ["to a member", "aloud"]);
      for (const user of [guest, jill]) assert.deepEqual(await user.messages("secrets", 1), ["aloud"]);
    });

    test("authenticated messages reach members alone, and so does their place in the history", async (t) => {
      const topic = "open";
      const [jill, jack] = [await memberOf(t, topic, "Jill"), await memberOf(t, topic, "Jack")];
      const guest = await guestOf(t, topic);
      await guest.message(topic, "from a guest", { authenticated: true });
      assert.equal((await guest.errors(topic, 1))[0].code, "not_allowed");

      const inside = `for members ${crypto.randomUUID()}`;
      const aloud = `for everybody ${crypto.randomUUID()}`;
      await jill.message(topic, inside, { authenticated: true });
      await jill.message(topic, aloud);
      for (const user of [jill, jack]) assert.deepEqual(await user.messages(topic, 2), [inside, aloud]);
      assert.deepEqual(await guest.messages(topic, 1), [aloud]);

      const lateMember = await memberOf(t, topic, "June");
      assert.deepEqual((await lateMember.history(topic, 2)).slice(-2), [inside, aloud]);
      const lateGuest = await guestOf(t, topic);
      const kept = await lateGuest.history(topic, 1);
      assert.equal(kept.at(-1), aloud);
      assert.ok(!kept.includes(inside), "not for guests");
      await guest.page.evaluate((topic) => void probe.channels.get(topic).history(), topic);
      await guest.until(
        ([topic, aloud]) => probe.history(topic).some(({ payload }) => payload === aloud),
        [topic, aloud],
      );
      assert.ok(!(await guest.history(topic, 1)).includes(inside), "asked for later, neither");
    });

    test("presence says who is signed in, by the extras of their tokens", async (t) => {
      const jill = await memberOf(t, "lectures", "Jill");
      await guestOf(t, "lectures");
      await jill.presentAs("lectures", "Jill", "anonymous");
      const jack = await memberOf(t, "lectures", "Jack");
      for (const user of [jill, jack]) await user.presentAs("lectures", "Jack", "Jill", "anonymous");
      await jack.leave();
      await jill.presentAs("lectures", "Jill", "anonymous");
    });

    for (const [what, token, reason] of [
      ["that has expired", signToken(SECRET, { dbo_id: 1, id: 1, exp: 1_700_000_000 }), /expired$/],
      [
        "of another server",
        signToken("the key of somebody else entirely", { dbo_id: 1, id: 1 }),
        /not signed by this server$/,
      ],
      ["that is none", "nonsense", /not a JSON Web Token$/],
    ]) {
      test(`a token ${what} opens as anonymous, and says why`, async (t) => {
        const user = await arrive(t);
        await user.connect({ realtimeAuthToken: token });
        await user.open("members");
        const errors = await user.errors("members", 2);
        assert.deepEqual(
          errors.map(({ code }) => code),
          ["token_not_accepted", "anonymous"],
        );
        assert.match(errors[0].message, /^Authentication token was not accepted: /);
        assert.match(errors[0].message, reason);
        assert.ok(!JSON.stringify(errors).includes(token), "the token is not repeated");
      });
    }

    test("logging in and reconnecting changes who one is; taking the token away changes it back", async (t) => {
      const witness = await memberOf(t, "open", "Jack");
      const jill = await arrive(t);
      await jill.connect(authSettings());
      await jill.join("open");
      await witness.presentAs("open", "Jack", "anonymous");

      await jill.signUpAndLogIn("Jill");
      await jill.page.evaluate(() => void probe.client.realtimeReconnect());
      for (const user of [witness, jill]) await user.presentAs("open", "Jack", "Jill");

      await jill.page.evaluate(() => void probe.client.setRealtimeAuthToken(null).realtimeReconnect());
      for (const user of [witness, jill]) await user.presentAs("open", "Jack", "anonymous");
      await jill.message("open", "who am I?", { authenticated: true });
      assert.equal((await jill.errors("open", 1)).at(-1).code, "not_allowed");
    });

    function authSettings() {
      return { ...world.server.clientSettings, apiGroupBaseUrl: `${world.server.url}/api:auth` };
    }

    function arrive(t) {
      return world.user(t, { client });
    }

    async function guestOf(t, channel) {
      const guest = await arrive(t);
      await guest.enter(channel);
      return guest;
    }

    async function memberOf(t, channel, name) {
      const member = await arrive(t);
      await member.connect(authSettings());
      await member.signUpAndLogIn(name);
      await member.join(channel);
      return member;
    }
  });
}
