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
