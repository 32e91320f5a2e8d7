import "xano-wasm/slim";
import { XanoClient } from "xano-wasm";

const client = new XanoClient(JSON.parse(process.argv[2]));
try {
  client.channel("marvel-chat-room");
} catch (error) {
  console.log(String(error));
}
