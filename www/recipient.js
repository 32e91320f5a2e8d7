// Whom the next message is for: everybody, or one person alone. Somebody who has left stays chosen: what was meant
// for one must never go to all by itself.

class Recipient {
  #whom = null; // { id, name }

  constructor(box, field, channelName) {
    this.box = box;
    this.field = field;
    this.channelName = channelName;
    this.leaving = new AbortController();
    const { signal } = this.leaving;
    box.querySelector("button").addEventListener("click", () => this.choose(null), { signal });
    field.addEventListener("keydown", (event) => event.key === "Escape" && this.choose(null), { signal });
    this.#show();
  }

  close() {
    this.leaving.abort();
    this.#whom = null;
    this.#show();
  }

  get whom() {
    return this.#whom;
  }

  choose(whom) {
    this.#whom = whom;
    this.#show();
    this.field.focus();
  }

  #show() {
    const name = this.#whom?.name;
    this.box.hidden = this.#whom === null;
    this.box.querySelector(".whom").textContent = name ?? "";
    this.field.placeholder = this.#whom ? `Message ${name} alone` : `Message ${this.channelName}`;
  }
}
