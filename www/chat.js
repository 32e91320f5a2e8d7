// The Marvel chat: a form with the settings of a Xano workspace, then a chat room.

// Another channel? Find this line and update "marvel-chat-room" to your channel name.
const channelName = "marvel-chat-room";
const membersChannelName = "avengers-only";

const byId = (id) => document.getElementById(id);
const fields = new Fields({
  baseUrl: byId("base-url"),
  hash: byId("hash"),
  canonical: byId("canonical"),
  name: byId("name"),
  channel: byId("channel"),
  authUrl: byId("auth-url"),
});
const version = new VersionSwitch([...document.querySelectorAll("#realtime input")], {
  1: fields.hash,
  2: fields.canonical,
});
const storage = storageOfThisTab();
const tab = new Tab();

let room = null;

// HTTP goes to the API group, for login; the socket to the instance, with the token that a login left in the storage.
function makeClient() {
  return new XanoClient({
    instanceBaseUrl: fields.baseUrl.value.trim(),
    apiGroupBaseUrl: fields.authUrl.value.trim() || null,
    ...(version.value === 2
      ? {
          realtimeVersion: 2,
          realtimeCanonical: fields.canonical.value.trim(),
          realtimeClientId: tab.clientId,
        }
      : { realtimeConnectionHash: fields.hash.value.trim() }),
    storage,
  });
}

function enterRoom() {
  const stay = {
    name: fields.name.value.trim(),
    row: account.user?.id ?? null,
    channel: fields.channel.value,
    mark: tab.mark,
  };
  room = new (version.value === 2 ? RoomV2 : RoomV1)(makeClient(), stay, {
    log: byId("log"),
    newest: byId("newest"),
    waiting: byId("waiting"),
    people: byId("people"),
    peopleCount: byId("people-count"),
    peopleMore: byId("people-more"),
    state: byId("state"),
    text: byId("text"),
    typing: byId("typing"),
    recipient: byId("recipient"),
  });
  byId("room-title").textContent = fields.channel.value;
  byId("room-name").textContent = `${fields.channel.value}${version.value === 2 ? ", V2" : ""}`;

  room.channel.on(
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
  byId("room-name").textContent = "";
  clearProblem();
  show("entrance");
  left?.leave();
}

byId("enter").addEventListener("submit", (event) => {
  event.preventDefault();
  clearProblem();
  fields.remember();
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
  byId("text").focus();
  if (!text || room.say(text)) byId("text").value = "";
});

byId("text").addEventListener("keydown", (event) => {
  // While an input method composes a character, Enter belongs to it.
  if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  byId("composer").requestSubmit();
});

// Not the storage that all tabs share: one tab is one person.
function storageOfThisTab() {
  try {
    sessionStorage.getItem("");
    return new XanoSessionStorage();
  } catch {
    return new XanoObjectStorage();
  }
}

const account = new Account(
  {
    settings: byId("enter"),
    form: byId("account-form"),
    details: byId("account"),
    summary: byId("account-summary"),
    state: byId("account-state"),
    email: byId("email"),
    password: byId("password"),
    name: fields.name,
    signUp: byId("sign-up"),
    logOut: byId("log-out"),
    next: byId("submit"),
  },
  makeClient,
  (user) => {
    fields.belongTo(user);
    fields.remember();
  },
);

// A list at the side where there is room, folded away where there is not.
const isWide = matchMedia("(min-width: 48rem)");
const unfoldPeople = () => (byId("people").open = isWide.matches);
isWide.addEventListener("change", unfoldPeople);

byId("channel").replaceChildren(
  new Option(`${channelName}: everybody`, channelName),
  new Option(`${membersChannelName}: who logged in`, membersChannelName),
);
unfoldPeople();
fields.recall();
account.recall();
fields.askServer();
