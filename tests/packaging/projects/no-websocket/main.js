import { XanoClient } from "xano-wasm";
import { sayHello } from "./say-hello.js";

console.log(await sayHello(XanoClient, JSON.parse(process.argv[2])).catch(String));
