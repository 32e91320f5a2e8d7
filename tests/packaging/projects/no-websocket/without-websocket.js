// As Node before 22.
delete globalThis.WebSocket;
