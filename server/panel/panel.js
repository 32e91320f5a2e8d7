// The Realtime Settings panel. It asks for the admin token, then shows the settings to edit and the live numbers. Every
// event changes the state and renders all of it again; the library updates only the differing parts of the page.

import { html, render } from "./vendor/lit-html.js";
import { AdminApi } from "./admin-api.js";
import { Draft } from "./draft.js";
import { LiveLook } from "./live-look.js";
import { liveView } from "./live-view.js";
import { settingsForm } from "./settings-form.js";
import { tokenForm } from "./token-form.js";

const WRONG_TOKEN = "The server does not accept this token. Unless it was given one, each start makes a new one.";
const OLD_TOKEN = "The server no longer accepts the token that was entered here: it was restarted with a new one.";

const page = document.getElementById("panel");
const stateLine = document.getElementById("state");
const look = new LiveLook(draw, failed);

let api = null;
let draft = null;
let isAsking = false;
let tokenProblem = "";
const said = { copying: "", saving: "" };

function draw() {
  if (api)
    render(html`${settingsForm({ draft, said, on })}${liveView({ newest: look.newest, rates: look.rates() })}`, page);
  else render(tokenForm({ problem: tokenProblem, keeps: draft?.isChanged, isAsking, enter }), page);
  showState();
}

function showState() {
  const [state, words] = look.problem ? ["refused", look.problem] : ["connected", "Live"];
  stateLine.textContent = api && look.newest ? words : "";
  document.body.dataset.look = state;
}

async function enter(token) {
  if (isAsking) return;
  isAsking = true;
  tokenProblem = "";
  draw();
  try {
    const entered = new AdminApi(checked(token));
    const settings = await entered.settings();
    draft = draft?.rebase(settings) ?? new Draft(settings);
    api = entered;
    look.start(api);
  } catch (error) {
    tokenProblem = error.isUnauthorized ? WRONG_TOKEN : error.message;
  }
  isAsking = false;
  draw();
  focus(api ? "enabled" : "token");
}

/** Returns the token, or throws if it contains characters that an HTTP header cannot carry. */
function checked(token) {
  if (/^[\x20-\x7e]+$/.test(token)) return token;
  throw new Error("This is not a token: it contains characters that no token has. Copy the only line of the file.");
}

/** Shows the token form again if the server no longer accepts the token. The edited settings are kept. */
function failed(error) {
  if (!error.isUnauthorized) return;
  api = null;
  look.stop();
  tokenProblem = OLD_TOKEN;
  draw();
  focus("token");
}

const on = {
  enable(enabled) {
    draft.enabled = enabled;
    edited();
  },

  set(row, key, value) {
    draft.set(row, key, value);
    edited();
  },

  add(rows) {
    const row = rows.add();
    edited();
    focus(`${row.id}-${row.kind.fields[0].key}`);
  },

  remove(rows, row) {
    draft.remove(rows, row);
    edited();
    focus(`${rows.id}-add`);
  },

  discard() {
    draft.discard();
    edited();
    focus("save");
  },

  async save() {
    if (said.saving === SAVING) return;
    const sent = draft.snapshot();
    say("saving", SAVING);
    try {
      draft.accepted(await api.replace(draft.toSettings()), sent);
      say("saving", draft.isChanged ? "" : "Saved");
    } catch (error) {
      said.saving = "";
      if (error.isUnauthorized) return failed(error);
      draft.refused(error.message, sent);
      say("saving", "Not saved");
      focusRefused();
    }
  },

  async copyHash() {
    say("copying", "");
    try {
      await navigator.clipboard.writeText(draft.hash);
      say("copying", "Copied to the clipboard");
    } catch {
      document.getElementById("hash").select();
      say("copying", "The browser does not let this page copy. The hash is selected: copy it with Ctrl and C.");
    }
  },
};

const SAVING = "Saving…";

function say(about, words) {
  said[about] = words;
  draw();
}

function edited() {
  if (said.saving !== SAVING) said.saving = "";
  draw();
}

function focusRefused() {
  const { row, key } = draft.problem;
  if (row) focus(`${row.id}-${key}`);
}

function focus(id) {
  document.getElementById(id)?.focus();
}

addEventListener("beforeunload", (event) => {
  if (draft?.isChanged) event.preventDefault();
});

page.replaceChildren();
draw();
focus("token");
