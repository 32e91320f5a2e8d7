// Which tab this is, on Realtime V2: the client id under which the service keeps what an anonymous reader has acknowledged,
// and a short mark that says in each message that this tab wrote it.

const tabStorageKey = "tab";

class Tab {
  constructor() {
    this.clientId = takeStored() ?? newId();
    // Every member of a room sees the mark, and the client id cannot be guessed from it.
    this.mark = this.clientId.slice(0, 8);
    // A reload finds the id again. It is not in the storage while the page lives: a duplicated tab copies the storage,
    // and is another reader.
    addEventListener("pagehide", () => putIntoStorage(this.clientId));
    addEventListener("pageshow", ({ persisted }) => persisted && takeStored());
  }
}

// `crypto.randomUUID` is missing on pages that come by plain HTTP from another machine.
function newId() {
  return [...crypto.getRandomValues(new Uint32Array(4))].map((word) => word.toString(16).padStart(8, "0")).join("");
}

function takeStored() {
  try {
    const id = sessionStorage.getItem(tabStorageKey);
    sessionStorage.removeItem(tabStorageKey);
    return id;
  } catch {
    return null;
  }
}

function putIntoStorage(id) {
  try {
    sessionStorage.setItem(tabStorageKey, id);
  } catch {}
}
