// What the original's channel objects do otherwise.

import { needs } from "./uses.js";

const CONNECTED = { action: "connection_status", options: {}, payload: { status: "connected" } };

/** Makes the object one of those that hear, by `on` or whatever else uses it first. */
export function activate(entry, observe = () => addObserver(entry.native)) {
  const { page, native, name } = entry;
  const { socketObserver: observers } = native;
  const sibling = page.on(name).at(0);
  if (sibling) share(native, sibling.native);
  entry.isOn = true;
  page.wish(name, entry.options);
  // What is handed out now is not for the new one.
  if (page.depth && needs(17)) observers.observers = [...observers.observers];
  // It is not to be handed the page's last frame, but to be joined.
  if (observers.lastState && needs(6)) observers.lastState = undefined;
  if (page.isWaiting && !page.hasSocket && needs(24)) quietly(observers, observe);
  else observe();
  if (page.owesJoin(name) && needs(4)) entry.join();
}

function addObserver(native) {
  native.observed = true;
  native.socketObserver.addObserver(native.realtimeObserver);
}

/** Objects of one name have one membership, and with it one queue. */
function share(native, sibling) {
  if (!needs(10)) return;
  native.offlineMessageQueue = sibling.offlineMessageQueue;
  for (const { options } of [native, sibling]) options.queueOfflineActions = true;
}

/** What ours tells the first handler that comes to an open connection. */
export function tellConnected(entry) {
  const { native, page } = entry;
  if (!needs(6)) return;
  Promise.resolve().then(() => {
    if (!page.isConnected || entry.isDestroyed || entry.isTold) return;
    // The socket has not opened now, and may be closing.
    const { processOfflineMessageQueue } = native;
    native.processOfflineMessageQueue = () => {};
    native.realtimeObserver.update(CONNECTED);
    native.processOfflineMessageQueue = processOfflineMessageQueue;
  });
}

/** Without the original's own count of channels, which opens and closes sockets. */
export function quietly(observers, work) {
  const { onObserverCountChange } = observers;
  observers.onObserverCountChange = undefined;
  try {
    work();
  } finally {
    observers.onObserverCountChange = onObserverCountChange;
  }
}

/** Status and presence as ours understand them; the handlers get every frame as it came. */
export function mend(entry) {
  const { native } = entry;
  const { handleConnectionUpdate, handlePresenceUpdate, processOfflineMessageQueue } = native;
  entry.join = () => handleConnectionUpdate.call(native, CONNECTED);
  native.handleConnectionUpdate = (action) => {
    if (!entry.page.isHearing) entry.isTold = entry.isHeard && action.payload.status === "connected";
    if (!entry.page.isHearing && isOver(action) && needs(35)) Object.assign(action.payload, entry.page.details);
    const isLost = action.payload === null || action.payload === undefined;
    if (!isLost || !needs(29)) handleConnectionUpdate.call(native, action);
  };
  native.processOfflineMessageQueue = () => {
    // While it is told that the socket is replaced, the next one is there and not open.
    const { isReplacing, isSlow, socket } = entry.page;
    // A channel that was made while it was told that the socket is gone has made the next one.
    if (socket?.readyState === 0 && native.offlineMessageQueue.length > 0 && needs(3)) return;
    if (!isReplacing && !isSlow && !socket?.turn) processOfflineMessageQueue.call(native);
  };
  native.handlePresenceUpdate = (action) => {
    if (!entry.listens) return;
    const sound = soundPart(action);
    const taken = sound !== action && needs(9) ? sound : action;
    if (taken) handlePresenceUpdate.call(native, taken);
  };
}

function isOver({ payload }) {
  return payload.status === "disconnected";
}

/** What every member has. */
const RESERVED = [...Object.getOwnPropertyNames(Object.prototype), "message", "history", "publish"];

/** The part of a frame that the original can follow, and that leaves members what they are. */
function soundPart(action) {
  const { payload } = action;
  if (payload === null || payload === undefined) return undefined;
  const { presence } = payload;
  const withPresence = (sound) =>
    sound === presence ? action : { ...action, payload: { ...payload, presence: sound } };
  if (action.action === "presence_update") {
    if (!["join", "leave"].includes(payload.action)) return action;
    return isObject(presence) ? withPresence(soundMember(presence)) : undefined;
  }
  if (!Array.isArray(presence)) return undefined;
  const sound = presence.filter(isObject).map(soundMember);
  return withPresence(
    sound.length === presence.length && sound.every((member, at) => member === presence[at]) ? presence : sound,
  );
}

function soundMember(member) {
  const fields = Object.entries(member);
  const sound = fields.filter(([name]) => !RESERVED.includes(name));
  return sound.length === fields.length ? member : Object.fromEntries(sound);
}

function isObject(value) {
  return typeof value === "object" && value !== null;
}
