// The list of those who are here. Who has an id can be chosen, to write to them alone.

const longestPeopleList = 30;

class PeopleList {
  constructor({ people, peopleCount, peopleMore }, choose) {
    this.list = people.querySelector("ul");
    this.count = peopleCount;
    this.hint = peopleMore;
    this.choose = choose;
  }

  show(people, hint, isConnected) {
    // The list is made anew; the keyboard's focus stays with the person it was on.
    const focused = this.list.contains(document.activeElement) ? document.activeElement.personId : undefined;
    const items = people.slice(0, longestPeopleList).map((person) => this.#item(person));
    this.list.replaceChildren(...items);
    this.count.textContent = people.length > 0 ? ` (${people.length})` : "";
    this.hint.textContent = peopleHint(people, hint, isConnected);
    if (focused === undefined) return;
    const buttons = [...this.list.querySelectorAll("button")];
    const same = buttons.find((button) => button.personId === focused);
    (same ?? this.list.closest("details").querySelector("summary")).focus();
  }

  #item({ id, name, isMe, isMember }) {
    const item = document.createElement("li");
    const canBeChosen = !isMe && id !== null;
    const label = textElement(canBeChosen ? "button" : "span", "person", name);
    if (canBeChosen) {
      label.type = "button";
      label.personId = id;
      label.setAttribute("aria-label", `Write to ${name} alone`);
      label.addEventListener("click", () => this.choose({ id, name }));
    }
    item.append(label);
    if (isMember) item.append(textElement("span", "tag", " member"));
    if (isMe) item.append(textElement("span", "you", " (you)"));
    return item;
  }
}

function peopleHint(people, hint, isConnected) {
  if (people.length > longestPeopleList) return `and ${people.length - longestPeopleList} more`;
  if (people.length > 0) return hint;
  return isConnected ? "This channel does not tell who is here" : "Known when connected";
}
