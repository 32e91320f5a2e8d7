// What each project does with the client: one message to the server and back.

export const ROOM = "marvel-chat-room";

/** Resolves with the message once it has come back. Then the channel is destroyed, which lets a program end. */
export function sayHello(XanoClient, settings) {
  const hello = { text: "Hello", from: Math.random() };
  return new Promise((resolve, reject) => {
    const channel = new XanoClient(settings).channel(ROOM);
    channel.on(
      ({ action, payload }) => {
        if (action !== "message" || payload.from !== hello.from) return;
        channel.destroy();
        resolve(payload.text);
      },
      ({ payload }) => {
        channel.destroy();
        reject(new Error(payload.message));
      },
    );
    channel.message(hello);
  });
}
