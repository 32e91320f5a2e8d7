// The fields of the form: filled in by our own server where it answers, and kept for a tab that is reloaded.
// The password is none of them.

// The switch between the versions of Realtime: kept in the address of the page, `?realtime=2`, so that a link chooses, too.
class VersionSwitch {
  constructor(radios, fieldOf) {
    this.radios = radios;
    this.fieldOf = fieldOf;
    const asked = new URLSearchParams(location.search).get("realtime");
    for (const radio of radios) {
      radio.checked = radio.value === (asked === "2" ? "2" : "1");
      radio.addEventListener("change", () => this.#changed());
    }
    this.#show();
  }

  get value() {
    return Number(this.radios.find(({ checked }) => checked).value);
  }

  #changed() {
    const url = new URL(location.href);
    if (this.value === 2) url.searchParams.set("realtime", "2");
    else url.searchParams.delete("realtime");
    history.replaceState(null, "", url);
    this.#show();
  }

  // A hidden field is neither required nor sent.
  #show() {
    for (const [version, input] of Object.entries(this.fieldOf)) {
      input.disabled = Number(version) !== this.value;
      input.closest(".field").hidden = input.disabled;
    }
  }
}

const suggestedNames = ["Jill", "John", "Jack", "June", "Joan", "Jude"];

class Fields {
  constructor(inputs) {
    Object.assign(this, inputs);
    this.inputs = inputs;
  }

  // A reloaded or duplicated tab keeps what was filled in, unless the browser keeps nothing.
  remember() {
    try {
      for (const [key, input] of Object.entries(this.inputs)) sessionStorage.setItem(key, input.value);
    } catch {}
  }

  recall() {
    try {
      for (const [key, input] of Object.entries(this.inputs)) {
        input.value = sessionStorage.getItem(key) ?? input.value;
        // The room that was chosen is no more on the list: somebody has changed its name in the code.
        if (input.selectedIndex < 0) input.selectedIndex = 0;
      }
    } catch {}
    this.name.value ||= suggestedNames[Math.floor(Math.random() * suggestedNames.length)];
  }

  // Our own server says how it is reached. Elsewhere nobody answers, and the user fills the fields in.
  async askServer() {
    const settings = await fetch("connection.json")
      .then((answer) => answer.json())
      .catch(() => null);
    if (typeof settings?.realtimeConnectionHash !== "string") return;
    const ownBaseUrl = `${location.origin}/api:demo`;
    if (this.baseUrl.value && this.baseUrl.value !== ownBaseUrl) return;
    this.baseUrl.value = ownBaseUrl;
    this.authUrl.value ||= `${location.origin}/api:auth`;
    this.hash.value = settings.realtimeConnectionHash;
    if (typeof settings.realtimeV2Canonical === "string") this.canonical.value = settings.realtimeV2Canonical;
  }

  // The token is for this server and this name: whoever wants others logs out.
  belongTo(user) {
    if (user) this.name.value = user.name;
    for (const input of [this.baseUrl, this.hash, this.canonical, this.name]) input.readOnly = user !== null;
  }
}
