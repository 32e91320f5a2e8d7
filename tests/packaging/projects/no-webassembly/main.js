import "xano-wasm/slim";
import { XanoClient } from "xano-wasm";

try {
  new XanoClient(JSON.parse(process.argv[2]));
} catch (error) {
  console.log(String(error));
}
