// The list of those who are here. Anybody but oneself can be chosen, to write to them alone.

const longestPeopleList = 30;

class PeopleList {
  constructor({ people, peopleCount, peopleMore }, choose) {
    this.list = people.querySelector("ul");
    this.count = peopleCount;
    this.hint = peopleMore;
    this.choose = choose;
  }

  show(people, isConnected) {
    // The list is made anew; the keyboard's focus stays with the person it was on.
    const focused = this.list.contains(document.activeElement) ? document.activeElement.socketId : undefined;
    const items = people.slice(0, longestPeopleList).map((person) => this.#item(person));
    this.list.replaceChildren(...items);
    this.count.textContent = people.length > 0 ? ` (${people.length})` : "";
    this.hint.textContent = peopleHint(people, isConnected);
    if (focused === undefined) return;
    const buttons = [...this.list.querySelectorAll("button")];
    const same = buttons.find((button) => button.socketId === focused);
    (same ?? this.list.closest("details").querySelector("summary")).focus();
  }

  #item({ socketId, name, isMe, isMember }) {
    const item = document.createElement("li");
    const label = textElement(isMe ? "span" : "button", "person", name);
    if (!isMe) {
      label.type = "button";
      label.socketId = socketId;
      label.setAttribute("aria-label", `Write to ${name} alone`);
      label.addEventListener("click", () => this.choose({ socketId, name }));
    }
    item.append(label);
    if (isMember) item.append(textElement("span", "tag", " member"));
    if (isMe) item.append(textElement("span", "you", " (you)"));
    return item;
  }
}

function peopleHint(people, isConnected) {
  if (people.length > longestPeopleList) return `and ${people.length - longestPeopleList} more`;
  if (people.length > 1) return "Choose somebody to write to them alone";
  if (people.length > 0) return "";
  return isConnected ? "This channel does not tell who is here" : "Known when connected";
}
