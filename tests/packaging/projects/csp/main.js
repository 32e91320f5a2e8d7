import { connection, show } from "./show.js";

await show(XanoClient);
// Whatever became of the channel, the client itself sends requests.
const settings = await connection();
const response = await new XanoClient(settings).get(new URL("/health", location.href).href);
document.title = `health: ${response.status}`;
