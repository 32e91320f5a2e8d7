// The message list: bubbles, grouped by sender, and small notes between them. Follows the newest message
// only while the reader is at the bottom.

const longestLog = 1000;
const tints = 6;

class MessageLog {
  constructor(scroller, newestButton) {
    this.scroller = scroller;
    this.list = scroller.querySelector("ol");
    this.newestButton = newestButton;
    this.following = true;
    this.lastTop = 0;
    this.list.replaceChildren();
    newestButton.hidden = true;

    this.leaving = new AbortController();
    const { signal } = this.leaving;
    scroller.addEventListener("scroll", () => this.#scrolled(), { signal });
    newestButton.addEventListener("click", () => this.#toNewest(), { signal });
    this.resizing = new ResizeObserver(() => this.following && this.#scrollDown());
    this.resizing.observe(scroller);
  }

  close() {
    this.leaving.abort();
    this.resizing.disconnect();
  }

  // Keys of the entries that are shown, oldest first.
  keys() {
    return [...this.list.children].map((item) => item.entryKey).filter((key) => key !== undefined);
  }

  add(entry) {
    this.scroller.setAttribute("aria-live", "polite");
    const item = entryItem(entry, this.list.lastElementChild);
    this.#append(item);
    if (entry.isMine) this.#toNewest();
    return item;
  }

  // A server that does not say which message it refuses means the latest.
  whisperRefused() {
    const latest = [...this.list.querySelectorAll(".whisper.mine")].at(-1);
    if (latest && !latest.classList.contains("failed")) this.whisperFailed(latest, "refused");
  }

  whisperFailed(item, words) {
    item.classList.add("failed");
    item.querySelector(".name").append(textElement("strong", "", ` – ${words}`));
  }

  note(text) {
    this.scroller.setAttribute("aria-live", "polite");
    this.#append(textElement("li", "note", text));
  }

  // A screen reader should not read out a hundred old messages: the log is not live while they come in.
  addHistory(before, after) {
    this.scroller.setAttribute("aria-live", "off");
    const first = this.list.firstElementChild;
    for (const entry of before) this.list.insertBefore(entryItem(entry, first?.previousElementSibling), first);
    for (const entry of after) this.#append(entryItem(entry, this.list.lastElementChild));
    if (this.following) this.#scrollDown();
  }

  #append(item) {
    this.list.append(item);
    while (this.list.childElementCount > longestLog) this.list.firstElementChild.remove();
    if (this.following) this.#scrollDown();
    else if (!item.classList.contains("note")) this.newestButton.hidden = false;
  }

  // Only going up means that the reader wants to stay: when the log gets smaller, its bottom moves away by itself.
  #scrolled() {
    const { scrollHeight, scrollTop, clientHeight } = this.scroller;
    const isAtBottom = scrollHeight - scrollTop - clientHeight < 48;
    if (isAtBottom) this.following = true;
    else if (scrollTop < this.lastTop) this.following = false;
    this.lastTop = scrollTop;
    if (this.following) this.newestButton.hidden = true;
  }

  #toNewest() {
    this.following = true;
    this.newestButton.hidden = true;
    this.#scrollDown();
  }

  #scrollDown() {
    this.scroller.scrollTop = this.scroller.scrollHeight;
  }
}

function entryItem(entry, previous) {
  const item = document.createElement("li");
  item.entryKey = entry.key;
  if (entry.isEvent) {
    item.className = "event";
    item.append(textElement("span", "label", "Event"), textElement("code", "", entry.text));
    return item;
  }
  item.className = entry.isMine ? "message mine" : "message";
  if (entry.privacy) item.classList.add("whisper");
  item.sender = `${entry.sender} ${entry.name} ${entry.privacy ?? ""}`;
  if (previous?.sender === item.sender) item.classList.add("continued");

  const avatar = textElement("span", "avatar", [...entry.name][0].toUpperCase());
  avatar.setAttribute("aria-hidden", "true");
  avatar.dataset.tint = tintOf(entry.name);
  const name = textElement("span", "name", entry.isMine ? "" : entry.name);
  if (entry.isMine) name.append(textElement("span", "visually-hidden", `${entry.name} (you) `));
  if (entry.privacy) name.append(textElement("span", "privacy", entry.isMine ? entry.privacy : ` ${entry.privacy}`));
  item.append(avatar, name, textElement(entry.isData ? "code" : "p", "bubble", entry.text));
  return item;
}

// Whatever users wrote reaches the page through here, as text.
function textElement(tag, className, text) {
  const element = document.createElement(tag);
  if (className) element.className = className;
  element.dir = "auto";
  element.textContent = text;
  return element;
}

function tintOf(name) {
  let hash = 0;
  for (const character of name) hash = (hash * 31 + character.codePointAt(0)) % 4093;
  return hash % tints;
}
