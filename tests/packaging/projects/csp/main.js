import { connection, show } from "./show.js";

await show(XanoClient);
// Whatever became of the client, the rest of the page goes on.
const { realtimeConnectionHash } = await connection();
document.title = `asked again: ${realtimeConnectionHash}`;
