// What this user wrote and the server has not sent back yet. The SDK keeps the queue; this is its picture.

const overdueAfterMs = 700;

class Waiting {
  #messages = []; // { payload, sentAt: ms | null, trouble: words | null }

  constructor(box, takeBack) {
    this.box = box;
    this.takeBack = takeBack;
    this.#render();
  }

  close() {
    this.#messages = [];
    this.#render();
  }

  add(payload, isConnected) {
    this.#messages.push({ payload, sentAt: isConnected ? performance.now() : null, trouble: null });
    this.#render();
    // An answer usually comes sooner than anybody could read a notice.
    setTimeout(() => this.#render(), overdueAfterMs);
  }

  connected() {
    for (const message of this.#messages) message.sentAt ??= performance.now();
    setTimeout(() => this.#render(), overdueAfterMs);
  }

  disconnected() {
    for (const message of this.#messages) {
      if (message.sentAt !== null) message.trouble ??= "The connection broke before it was confirmed";
    }
    this.#render();
  }

  // The server answers the messages of one socket in order: a refusal belongs to the oldest.
  refused() {
    const oldest = this.#messages.find((message) => message.sentAt !== null && message.trouble === null);
    if (!oldest) return;
    oldest.trouble = "Refused by the server";
    this.#render();
  }

  get isEmpty() {
    return this.#messages.length === 0;
  }

  // True when the payload is one that was waiting for; it no longer is.
  cameBack(payload) {
    const text = JSON.stringify(payload);
    const index = this.#messages.findIndex((message) => JSON.stringify(message.payload) === text);
    if (index < 0) return false;
    this.#remove(index);
    return true;
  }

  // Our own socket spoke, but not in the words that were sent: the server may rewrite messages.
  cameBackRewritten() {
    if (this.#messages.length > 0) this.#remove(0);
  }

  #remove(index) {
    this.#messages.splice(index, 1);
    this.#render();
  }

  #render() {
    const now = performance.now();
    const isNotable = ({ sentAt, trouble }) =>
      trouble !== null || sentAt === null || now - sentAt >= overdueAfterMs - 50;
    const notable = this.#messages.filter(isNotable);
    this.box.hidden = notable.length === 0;
    this.box.querySelector("ul").replaceChildren(...notable.map((message) => this.#item(message)));
  }

  #item(message) {
    const item = document.createElement("li");
    const state =
      message.trouble ?? (message.sentAt === null ? "Waiting for the connection" : "Waiting for the server");
    item.append(textElement("span", "text", message.payload.text), textElement("span", "hint", state));
    if (message.trouble === null) return item;

    const button = textElement("button", "quiet", "Edit again");
    button.type = "button";
    button.addEventListener("click", () => {
      this.#remove(this.#messages.indexOf(message));
      this.takeBack(message.payload.text);
    });
    item.append(button);
    return item;
  }
}
