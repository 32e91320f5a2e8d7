// The form that asks for the admin token.

import { html, nothing } from "./vendor/lit-html.js";

/** The token form. `problem` is the error of the last attempt; `keeps` says that unsaved changes exist. */
export function tokenForm({ problem, keeps, isAsking, enter }) {
  const submit = (event) => {
    event.preventDefault();
    const field = event.target.querySelector("input");
    const token = field.value.trim();
    field.value = "";
    enter(token);
  };
  return html`
    <form id="entrance" class="card" autocomplete="off" @submit=${submit}>
      <h2>Admin token</h2>
      <p>
        When the server started, it printed the file that holds the token: <code>admin token is in FILE</code>, or
        <code>admin token in FILE</code>. Show it with <code>cat FILE</code>, on Windows with <code>type FILE</code>. A server that was given a token of
        your own, with <code>--admin-token-file</code> or <code>XANO_ADMIN_TOKEN</code>, takes that one.
      </p>
      ${keeps ? html`<p>Your unsaved changes are still here.</p>` : nothing}
      <div>
        <label for="token">Token</label>
        <input id="token" type="password" required spellcheck="false" autocapitalize="off" autocomplete="off"
          aria-describedby="token-problem token-hint" aria-invalid=${problem ? "true" : "false"}>
        <p id="token-problem" class="wrong" role="alert">${problem}</p>
        <p id="token-hint" class="hint">Stays in the memory of this page: a reload asks again.</p>
      </div>
      <button type="submit" aria-disabled=${isAsking}>Open the settings</button>
    </form>
  `;
}
