export const XanoStorageKeys = {
  AuthToken: "AuthToken",
  RealtimeAuthToken: "RealtimeAuthToken",
};
