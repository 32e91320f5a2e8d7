// The Marvel chat: a form with the two settings of a Xano workspace, then a chat room.

// Another channel? Find this line and update "marvel-chat-room" to your channel name.
const channelName = "marvel-chat-room";

const suggestedNames = ["Jill", "John", "Jack", "June", "Joan", "Jude"];
const byId = (id) => document.getElementById(id);
const fields = { baseUrl: byId("base-url"), hash: byId("hash"), name: byId("name") };

let room = null;

function enterRoom() {
  const xanoClient = new XanoClient({
    apiGroupBaseUrl: fields.baseUrl.value.trim(),
    realtimeConnectionHash: fields.hash.value.trim(),
  });

  const marvelChannel = xanoClient.channel(channelName, {
    history: true,
    presence: true,
    queueOfflineActions: true,
  });

  room = new Room(marvelChannel, fields.name.value.trim(), {
    log: byId("log"),
    newest: byId("newest"),
    waiting: byId("waiting"),
    people: byId("people"),
    peopleCount: byId("people-count"),
    peopleMore: byId("people-more"),
    state: byId("state"),
    text: byId("text"),
  });

  marvelChannel.on(
    (action) => room?.receive(action),
    (error) => room?.refused(error),
  );
}

function show(where) {
  byId("entrance").hidden = where !== "entrance";
  byId("room").hidden = where !== "room";
  byId("leave").hidden = where !== "room";
  (where === "room" ? byId("text") : fields.baseUrl).focus();
}

function leaveRoom() {
  const left = room;
  room = null;
  byId("state").textContent = "";
  delete document.body.dataset.state;
  clearProblem();
  show("entrance");
  left?.leave();
}

byId("entrance").addEventListener("submit", (event) => {
  event.preventDefault();
  clearProblem();
  remember();
  try {
    enterRoom();
    show("room");
  } catch (error) {
    leaveRoom();
    showProblem(`That did not work: ${error.message}`);
  }
});

byId("leave").addEventListener("click", leaveRoom);

byId("composer").addEventListener("submit", (event) => {
  event.preventDefault();
  const text = byId("text").value.trim();
  byId("text").value = "";
  byId("text").focus();
  if (text) room.say(text);
});

byId("text").addEventListener("keydown", (event) => {
  // While an input method composes a character, Enter belongs to it.
  if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  byId("composer").requestSubmit();
});

// A reloaded or duplicated tab keeps what was filled in, unless the browser keeps nothing.
function remember() {
  try {
    for (const [key, field] of Object.entries(fields)) sessionStorage.setItem(key, field.value);
  } catch {}
}

function recall() {
  try {
    for (const [key, field] of Object.entries(fields)) field.value = sessionStorage.getItem(key) ?? "";
  } catch {}
  fields.name.value ||= suggestedNames[Math.floor(Math.random() * suggestedNames.length)];
}

// Our own server says how it is reached. Elsewhere nobody answers, and the user fills the fields in.
async function askServerForConnection() {
  const settings = await fetch("connection.json")
    .then((answer) => answer.json())
    .catch(() => null);
  if (typeof settings?.realtimeConnectionHash !== "string") return;
  const ownBaseUrl = `${location.origin}/api:demo`;
  if (fields.baseUrl.value && fields.baseUrl.value !== ownBaseUrl) return;
  fields.baseUrl.value = ownBaseUrl;
  fields.hash.value = settings.realtimeConnectionHash;
}

// A list at the side where there is room, folded away where there is not.
const isWide = matchMedia("(min-width: 48rem)");
const unfoldPeople = () => (byId("people").open = isWide.matches);
isWide.addEventListener("change", unfoldPeople);

byId("room-title").textContent = channelName;
byId("text").placeholder = `Message ${channelName}`;
unfoldPeople();
recall();
askServerForConnection();
