// The fields of the form: filled in by our own server where it answers, and kept for a tab that is reloaded.
// The password is none of them.

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
  }

  // The token is for this server and this name: whoever wants others logs out.
  belongTo(user) {
    if (user) this.name.value = user.name;
    for (const input of [this.baseUrl, this.hash, this.name]) input.readOnly = user !== null;
  }
}
