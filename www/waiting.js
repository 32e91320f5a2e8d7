// What this user wrote and the server has not sent back yet. The SDK keeps it until the server has answered, whatever
// becomes of the connection; this is its picture.

const overdueAfterMs = 700;

// What the SDK says when it cannot know; any other failure is a refusal.
const doubts = {
  unconfirmed: "It may have arrived: there was no answer before the connection broke",
  timeout: "It may have arrived: the server does not answer",
};

class Waiting {
  #messages = []; // { payload, sentAt: ms | null, isHandedOver, trouble: words | null }

  constructor(box, takeBack) {
    this.box = box;
    this.takeBack = takeBack;
    this.#render();
  }

  close() {
    this.#messages = [];
    this.#render();
  }

  // `published`: the SDK's promise of an answer.
  add(payload, isConnected, published) {
    const message = { payload, sentAt: null, isHandedOver: false, trouble: null };
    this.#messages.push(message);
    published.then(
      (answer) => this.#answered(message, answer),
      ({ code }) => this.#inTrouble(message, doubts[code] ?? "Refused by the server"),
    );
    if (isConnected) this.connected();
    else this.#render();
  }

  // An answer usually comes sooner than anybody could read a notice.
  connected() {
    for (const message of this.#messages) message.sentAt ??= performance.now();
    this.#render();
    setTimeout(() => this.#render(), overdueAfterMs);
  }

  // What the server has not answered is sent again; a server that never answers may have it or not.
  disconnected() {
    for (const message of this.#messages) {
      message.sentAt = null;
      if (message.isHandedOver) message.trouble ??= "The connection broke before it was confirmed";
    }
    this.#render();
  }

  // Servers that do not say which message they refuse answer those of one socket in order: it is the oldest.
  refused() {
    const oldest = this.#messages.find(({ isHandedOver, trouble }) => isHandedOver && trouble === null);
    if (oldest) this.#inTrouble(oldest, "Refused by the server");
  }

  get isEmpty() {
    return this.#messages.length === 0;
  }

  // True when the payload is one that was waiting for; it no longer is. A message with a key may have been rewritten.
  cameBack(payload) {
    const keyOf = (payload) => payload?.key ?? JSON.stringify(payload);
    const message = this.#messages.find((message) => keyOf(message.payload) === keyOf(payload));
    if (!message) return false;
    this.#remove(message);
    return true;
  }

  // Our own socket spoke, but not in the words that were sent: the server may rewrite messages.
  cameBackRewritten() {
    if (this.#messages.length > 0) this.#remove(this.#messages[0]);
  }

  // `delivered`: to how many, from the receipt of V2.
  #answered(message, { id, dropped, delivered }) {
    if (dropped) this.#inTrouble(message, "Dropped by the server");
    else if (id || delivered !== undefined) this.#remove(message);
    else message.isHandedOver = true;
  }

  #inTrouble(message, words) {
    message.trouble = words;
    this.#render();
  }

  #remove(message) {
    this.#messages = this.#messages.filter((other) => other !== message);
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
      this.#remove(message);
      this.takeBack(message.payload.text);
    });
    item.append(button);
    return item;
  }
}
