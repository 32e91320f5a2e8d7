export const ERealtimeAction = {
  ConnectionStatus: "connection_status",
  Error: "error",
  Event: "event",
  History: "history",
  Join: "join",
  Leave: "leave",
  Message: "message",
  PresenceFull: "presence_full",
  PresenceUpdate: "presence_update",
  // Those of Realtime V2.
  Ack: "ack",
  Broadcast: "broadcast",
  ConversationEnd: "conversation_end",
  ConversationStart: "conversation_start",
  Presence: "presence",
  PresenceJoin: "presence_join",
  PresenceLeave: "presence_leave",
  Replay: "replay",
};

export const ERealtimeConnectionStatus = {
  Connected: "connected",
  Disconnected: "disconnected",
};

export const ERealtimePresenceAction = {
  Join: "join",
  Leave: "leave",
};

export const XanoContentType = {
  JSON: "application/json",
  Multipart: "multipart/form-data",
  Text: "text/plain",
};

export const XanoRequestType = {
  DELETE: "DELETE",
  GET: "GET",
  HEAD: "HEAD",
  PATCH: "PATCH",
  POST: "POST",
  PUT: "PUT",
};

export const XanoStorageKeys = {
  AuthToken: "AuthToken",
  RealtimeAuthToken: "RealtimeAuthToken",
};
